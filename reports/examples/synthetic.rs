//! Writes the reports of a synthetic campaign, to look at them:
//! `cargo run --release -p reports --example synthetic -- FOLDER [usual|accidents|many|few|empty|drift|markup|huge]`.

#[path = "../tests/synthetic/mod.rs"]
mod synthetic;

use reports::{CampaignFolder, Report};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("usage: synthetic FOLDER [KIND]")?;
    let made = synthetic::by_name(&arguments.next().unwrap_or_else(|| "accidents".to_owned()))
        .ok_or("kinds: usual, accidents, many, few, empty, drift, markup, huge")?;
    let mut folder = CampaignFolder::create(&path)?;
    for trial in &made.trials {
        folder.append(trial)?;
    }
    folder.write_campaign(&made.campaign)?;
    let begin = std::time::Instant::now();
    let report = Report::from_folder(&folder)?;
    let summed_up = begin.elapsed();
    report.write_all(folder.path())?;
    eprintln!(
        "summed up in {summed_up:?}, written after {:?}",
        begin.elapsed()
    );
    print!("{}", report.terminal_table(120));
    Ok(())
}
