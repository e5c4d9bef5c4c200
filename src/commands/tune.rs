//! `pwbench tune`: the flags, passes and knobs that suit a plugin best.

use reports::Tuning;

use crate::cli::TuneArgs;
use crate::error::{Error, Exit};
use crate::experiment::{Interrupt, Progress, Runner};
use crate::output::{Format, print_json, print_text, width};
use crate::tuning::{Tuned, tune as run};

/// Tunes.
pub(super) fn tune(arguments: &TuneArgs) -> Result<Exit, Error> {
    let seed = arguments.seed.unwrap_or_else(rand::random);
    let interrupt = Interrupt::listen()?;
    let runner = Runner::new(arguments.trial_timeout, interrupt.clone(), seed)?;
    let progress = Progress::new();
    let tuned = super::block_on(run(arguments, &runner, &interrupt, &progress, seed))??;
    match arguments.format {
        Format::Json => print_json(&tuned.tuning)?,
        Format::Table => print_text(tuned.tuning.document().terminal(width()).trim_end()),
    }
    let place = tuned.folder.join("report.html");
    match arguments.format {
        Format::Table => println!("\n{}", place.display()),
        // Standard output is the summary's alone.
        Format::Json => eprintln!("{}", place.display()),
    }
    if tuned.tuning.interrupted {
        eprintln!("interrupted: what was found until then is in the report");
    }
    Ok(exit(&tuned))
}

fn exit(tuned: &Tuned) -> Exit {
    let Tuning {
        interrupted,
        runtimes,
        ..
    } = &tuned.tuning;
    let winners = || {
        let all = runtimes.iter().flat_map(|runtime| &runtime.confirmations);
        all.filter(|one| one.was_heard())
    };
    match () {
        () if *interrupted => Exit::Interrupted,
        () if winners().next().is_some() && winners().all(|one| !one.trusted) => Exit::Environment,
        () => Exit::Fine,
    }
}
