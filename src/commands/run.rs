//! `pwbench run`: a campaign and its report.

use host_core::Knob;
use reports::{CampaignFolder, Report};

use super::report::{print, write};
use crate::cli::{Preset, RunArgs};
use crate::error::{CORRECT_THE_PLUGIN, Error, Exit};
use crate::experiment::{Conducted, Field, Interrupt, Progress, Runner, conduct};
use crate::history::append_campaign;
use crate::output::Format;

/// Runs a campaign.
pub(super) fn run(mut arguments: RunArgs) -> Result<Exit, Error> {
    take_pairs(&mut arguments)?;
    choose_workloads(&mut arguments);
    let knobs = arguments.selection.knobs()?;
    if arguments.deadline.is_none() && knobs.get(Knob::Interrupt).is_some() {
        return Err(Error::KnobWithoutDeadline);
    }
    let mut field = Field::of(&arguments.selection)?;
    field.take_artifacts(&arguments.selection.artifacts, arguments.deadline)?;
    let seed = arguments.seed.unwrap_or_else(rand::random);
    if let Some(shard) = arguments.shard {
        field.take_shard(shard, seed)?;
    }
    let interrupt = Interrupt::listen()?;
    let runner = Runner::new(arguments.trial_timeout, interrupt, seed)?;
    let progress = Progress::new();
    let conducted = super::block_on(conduct(&arguments, &field, &runner, &progress, seed))??;
    let report = Report::from_folder(&CampaignFolder::open(&conducted.path)?)?;
    if !arguments.no_report {
        write(&report, &conducted.path)?;
    }
    print(&report, arguments.format)?;
    tell(&conducted, &arguments);
    let exit = exit(&conducted, &report);
    // What an unsteady machine measured would look like a change.
    if let Some(history) = arguments.history.as_ref().filter(|_| exit == Exit::Fine) {
        append_campaign(history, &CampaignFolder::open(&conducted.path)?)?;
    }
    if let Some(reason) = &conducted.refused_configuration {
        eprintln!("error: {reason}\nhelp: {CORRECT_THE_PLUGIN}");
    }
    if exit == Exit::Environment {
        eprintln!(
            "error: the machine was not steady enough for a verdict\n\
             help: end what else runs on it, or measure for longer with --preset full"
        );
    }
    Ok(exit)
}

/// Without names the quick preset takes the workloads that its time allows, and names the
/// others.
pub(super) fn choose_workloads(arguments: &mut RunArgs) {
    let selection = &mut arguments.selection;
    let named = selection.plugin.module.is_some()
        || !selection.workloads.is_empty()
        || !selection.folders.is_empty()
        || !selection.variants.is_empty()
        || !selection.groups.is_empty();
    if named || arguments.preset != Preset::Quick {
        return;
    }
    selection.workloads = workloads::quick_names().map(str::to_owned).collect();
    let is_left = |name: &&str| !selection.workloads.iter().any(|quick| quick == name);
    let left: Vec<&str> = workloads::names().filter(is_left).collect();
    if !left.is_empty() {
        eprintln!(
            "not in the quick preset: {}; name them with --workload or use --preset full",
            left.join(", ")
        );
    }
}

/// Makes sure that both runtimes of every pair take part.
fn take_pairs(arguments: &mut RunArgs) -> Result<(), Error> {
    let names = || {
        let pairs = arguments.versus.iter();
        pairs.flat_map(|pair| [&pair.left, &pair.right])
    };
    let stranger = names().find(|name| runtimes::find(name).is_none());
    if let Some(name) = stranger {
        // Patterns and engines name several; the error for anything else tells the nearest.
        runtimes::select(std::slice::from_ref(name))?;
        return Err(Error::NoSingleRuntime { name: name.clone() });
    }
    if arguments.selection.runtimes.is_empty() {
        arguments.selection.runtimes = names().cloned().collect();
        return Ok(());
    }
    let chosen = runtimes::select(&arguments.selection.runtimes)?;
    for name in names() {
        if !chosen.iter().any(|entry| entry.id == **name) {
            return Err(Error::PairTakesNoPart { name: name.clone() });
        }
    }
    Ok(())
}

fn tell(conducted: &Conducted, arguments: &RunArgs) {
    let what = if arguments.no_report {
        "trials.jsonl"
    } else {
        "report.html"
    };
    let place = conducted.path.join(what);
    match arguments.format {
        Format::Table => println!("\n{}", place.display()),
        // Standard output is the summary's alone.
        Format::Json => eprintln!("{}", place.display()),
    }
    for warnings in &conducted.warnings {
        eprintln!("note: {warnings}");
    }
    if conducted.campaign.interrupted {
        eprintln!("interrupted: what was measured until then is in the report");
    }
}

fn exit(conducted: &Conducted, report: &Report) -> Exit {
    let summary = report.summary();
    let enough = summary.blocks_measured >= summary.policy.min_blocks;
    if conducted.campaign.interrupted {
        Exit::Interrupted
    } else if conducted.refused_configuration.is_some() && summary.blocks_measured == 0 {
        Exit::BadInput
    } else if conducted.failed_cells > 0 || summary.blocks_measured == 0 {
        Exit::CheckFailed
    } else if enough && summary.trust.objection.is_some() {
        Exit::Environment
    } else {
        Exit::Fine
    }
}
