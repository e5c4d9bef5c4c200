//! `pwbench contend`: what threads cost each other.

use reports::{ContentionFolder, ContentionSummary};

use crate::cli::ContendArgs;
use crate::contention::{Contest, Contested, conduct};
use crate::error::{Error, Exit};
use crate::experiment::{Field, Interrupt, Progress, Runner};
use crate::machine;
use crate::output::{Format, print_json, print_text, width};

/// The workload that shows contention inside the host's shared data.
const SHARED_COUNTER: &str = "shared-counter";

/// Runs a contention campaign.
pub(super) fn contend(mut arguments: ContendArgs) -> Result<Exit, Error> {
    choose(&mut arguments);
    let seed = arguments.seed.unwrap_or_else(rand::random);
    let contest = Contest::of(&arguments, machine::fingerprint().cores, seed)?;
    let mut field = Field::of(&arguments.selection)?;
    field.take_artifacts(&arguments.selection.artifacts, arguments.deadline)?;
    let interrupt = Interrupt::listen()?;
    let runner = Runner::new(arguments.trial_timeout, interrupt.clone(), seed)?;
    let progress = Progress::new();
    let contested = super::block_on(conduct(&contest, &field, &runner, &interrupt, &progress))??;
    let summary = show(&ContentionFolder::open(&contested.path)?, &arguments)?;
    if contested.interrupted {
        eprintln!("interrupted: what was measured until then is in the report");
    }
    Ok(exit(&contested, &summary))
}

/// Without names the runtimes and workloads take part that show the most for the time.
fn choose(arguments: &mut ContendArgs) {
    let selection = &mut arguments.selection;
    if selection.runtimes.is_empty() {
        selection.runtimes = vec![runtimes::reference().to_owned(), crate::NATIVE.to_owned()];
        eprintln!(
            "runtimes: {}; name others with --runtime",
            selection.runtimes.join(", ")
        );
    }
    let named = selection.plugin.module.is_some()
        || !selection.workloads.is_empty()
        || !selection.variants.is_empty();
    if !named {
        selection.workloads = vec!["header-rewrite".to_owned(), SHARED_COUNTER.to_owned()];
        eprintln!(
            "workloads: {}; name others with --workload",
            selection.workloads.join(", ")
        );
    }
}

/// Writes the report and prints it.
fn show(folder: &ContentionFolder, arguments: &ContendArgs) -> Result<ContentionSummary, Error> {
    let summary = ContentionSummary::from_folder(folder)?;
    if !arguments.no_report {
        summary.write_all(folder)?;
    }
    match arguments.format {
        Format::Json => print_json(&summary)?,
        Format::Table => {
            print_text(summary.document().terminal(width()).trim_end());
            let what = if arguments.no_report {
                "trials.jsonl"
            } else {
                "report.html"
            };
            print_text(&format!("\n{}", folder.path().join(what).display()));
        }
    }
    Ok(summary)
}

fn exit(contested: &Contested, summary: &ContentionSummary) -> Exit {
    let enough = summary.blocks_measured >= summary.policy.min_blocks;
    if contested.interrupted {
        Exit::Interrupted
    } else if contested.failed_cells > 0 || summary.blocks_measured == 0 {
        Exit::CheckFailed
    } else if enough && summary.objection.is_some() {
        Exit::Environment
    } else {
        Exit::Fine
    }
}
