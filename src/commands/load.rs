//! `pwbench load`: a load campaign and its report.

use reports::{LoadReport, RoundStatus};

use crate::cli::LoadArgs;
use crate::error::{Error, Exit};
use crate::experiment::{Interrupt, Progress};
use crate::load::{Conducted, conduct};
use crate::output::{self, Format, print_json, print_text};

/// Runs a campaign and writes its report.
pub(super) fn load(arguments: &LoadArgs) -> Result<Exit, Error> {
    let interrupt = Interrupt::listen()?;
    let progress = Progress::new();
    let conducted = super::block_on(conduct(arguments, &interrupt, &progress))??;
    let report = LoadReport::new(conducted.campaign.clone(), &conducted.rounds);
    report.write(&conducted.path)?;
    let place = conducted.path.join("report.html");
    match arguments.format {
        Format::Table => {
            print_text(&report.document().terminal(output::width()));
            print_text(&format!("\n{}", place.display()));
        }
        Format::Json => {
            print_json(report.summary())?;
            // Standard output is the summary's alone.
            eprintln!("{}", place.display());
        }
    }
    Ok(exit(&conducted, &report))
}

fn exit(conducted: &Conducted, report: &LoadReport) -> Exit {
    let summary = report.summary();
    let failed = |round: &&reports::Round| matches!(round.status, RoundStatus::Failed(_));
    let enough = conducted.campaign.blocks_complete as usize >= summary.policy.min_blocks;
    if conducted.campaign.interrupted {
        eprintln!("interrupted: what was measured until then is in the report");
        return Exit::Interrupted;
    }
    if let Some(round) = conducted.rounds.iter().find(failed) {
        if let RoundStatus::Failed(reason) = &round.status {
            eprintln!("error: {}: {reason}", round.row.label());
        }
        return Exit::CheckFailed;
    }
    if enough && let Some(objection) = &summary.trust.objection {
        eprintln!(
            "error: {objection}\nhelp: end what else runs on this machine, or measure for longer with --preset full"
        );
        return Exit::Environment;
    }
    Exit::Fine
}
