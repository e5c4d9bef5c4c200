//! `pwbench compare`: two sides against each other.

use std::path::Path;
use std::time::Duration;

use reports::{
    CampaignFolder, ComparisonReport, Figure, Question, SamplePlan, StoredCampaign,
    machine_difference, stored,
};

use super::report::print_reported;
use crate::cli::CompareArgs;
use crate::comparison::{
    Again, Extent, Inquiry, Matter, Pairing, ProxyMatter, SLICE, check, check_proxies, inquire,
    own_folder, seed,
};
use crate::error::{Error, Exit};
use crate::experiment::{Interrupt, Progress, Runner};
use crate::history::append;
use crate::output::{Format, print_json, print_text, width};

/// Figures that are shown beside CPU time, which decides.
const SHOWN: [Figure; 5] = [
    Figure::P50,
    Figure::P90,
    Figure::P99,
    Figure::Startup,
    Figure::Memory,
];

/// Time for a cell.
const TIME: Duration = Duration::from_secs(20);
/// Proxies start, are warmed up and loaded over sockets, in longer slices.
const PROXY_TIME: Duration = Duration::from_secs(60);

/// Compares.
pub(super) fn compare(arguments: &CompareArgs) -> Result<Exit, Error> {
    if let [base, new] = &arguments.folders[..] {
        return campaigns(arguments, base, new);
    }
    if let Some(matter) = ProxyMatter::of(arguments)? {
        return proxies(arguments, matter);
    }
    let matter = Matter::of(arguments)?;
    let names = [matter.base, matter.new];
    cells(arguments, names, matter.pairings, None, matter.replaces)
}

/// Compares two sides cell by cell, in turns.
fn cells(
    arguments: &CompareArgs,
    names: [String; 2],
    pairings: Vec<Pairing>,
    note: Option<String>,
    replaces: bool,
) -> Result<Exit, Error> {
    let seed = seed(arguments.seed);
    let runner = Runner::new(arguments.trial_timeout, Interrupt::listen()?, seed)?;
    let progress = Progress::new();
    let alike = !arguments.other_outcomes;
    let checked = async |work: &Path| check(pairings, alike, work, &runner, &progress).await;
    let mut inquiry = inquiry(arguments, names, seed, TIME);
    inquiry.notes.extend(note);
    let folder = inquiry.folder.clone();
    let comparison = super::block_on(inquire(inquiry, checked, &progress))??;
    tell(arguments, comparison, &folder, replaces)
}

/// Compares two configurations of the proxy.
fn proxies(arguments: &CompareArgs, matter: ProxyMatter) -> Result<Exit, Error> {
    let names = matter
        .files
        .each_ref()
        .map(|file| file.display().to_string());
    let mut inquiry = inquiry(arguments, names, seed(arguments.seed), PROXY_TIME);
    inquiry.notes.push(format!(
        "Both sides are proxies: memory is that of the whole process, latency that of a closed loop \
         over {} connections, start-up from the process's start to its first answer.",
        matter.connections
    ));
    let folder = inquiry.folder.clone();
    let progress = Progress::new();
    let interrupt = Interrupt::listen()?;
    let checked = async |_: &Path| check_proxies(matter, interrupt, &progress).await;
    let comparison = super::block_on(inquire(inquiry, checked, &progress))??;
    tell(arguments, comparison, &folder, true)
}

fn inquiry(
    arguments: &CompareArgs,
    [base, new]: [String; 2],
    seed: u64,
    time: Duration,
) -> Inquiry {
    let (id, folder) = own_folder(&arguments.output, "compare");
    let question = |figure, decides| Question {
        cell: 0,
        figure,
        band: arguments.band,
        decides,
        ceiling: None,
    };
    let shown = SHOWN.map(|figure| question(figure, false));
    Inquiry {
        base,
        new,
        questions: std::iter::once(question(Figure::Cpu, true))
            .chain(shown)
            .collect(),
        notes: Vec::new(),
        extent: Extent {
            time: arguments.seconds.unwrap_or(time),
            slice: SLICE,
            plan: plan(arguments.blocks),
            fixed: arguments.blocks.is_some(),
            transactions: 0,
            seed,
        },
        folder,
        id,
    }
}

/// Writes and prints what was found.
fn tell(
    arguments: &CompareArgs,
    comparison: ComparisonReport,
    folder: &Path,
    replaces: bool,
) -> Result<Exit, Error> {
    if let Some(history) = &arguments.history {
        append(history, &comparison)?;
    }
    let reported = comparison.reported()?;
    reported.document.write_all(folder)?;
    print_reported(
        &reported.document,
        &reported.summary,
        folder,
        arguments.format,
    )?;
    Ok(exit(&comparison, replaces))
}

/// Compares two folders of `pwbench run`: what both sides can run now is measured now.
fn campaigns(arguments: &CompareArgs, base: &Path, new: &Path) -> Result<Exit, Error> {
    let read = |path: &Path| -> Result<_, Error> {
        let folder = CampaignFolder::open(path)?;
        Ok((folder.campaign()?, folder.trials()?.records))
    };
    let (base, new) = (read(base)?, read(new)?);
    let (base, new) = ((&base.0, &*base.1), (&new.0, &*new.1));
    if arguments.stored {
        return as_stored(arguments, base, new, None);
    }
    let again = Again::of(base, new);
    let note = again.note();
    if again.pairings.is_empty() {
        return as_stored(arguments, base, new, note);
    }
    let names = [base.0.id.clone(), new.0.id.clone()];
    cells(arguments, names, again.pairings, note, true)
}

/// Compares two campaigns as they are.
fn as_stored(
    arguments: &CompareArgs,
    base: StoredCampaign<'_>,
    new: StoredCampaign<'_>,
    note: Option<String>,
) -> Result<Exit, Error> {
    if let Some(difference) = machine_difference(&base.0.machine, &new.0.machine) {
        return Err(Error::OtherMachine { difference });
    }
    let mut report = stored(base, new, arguments.band, arguments.seed.unwrap_or(0));
    report.notes.extend(note);
    match arguments.format {
        Format::Json => print_json(&report)?,
        Format::Table => print_text(report.document().terminal(width()).trim_end()),
    }
    Ok(exit(&report, false))
}

/// The default plan, or one of so many blocks with looks at its thirds.
fn plan(blocks: Option<u32>) -> SamplePlan {
    let usual = SamplePlan::default();
    let Some(most) = blocks else { return usual };
    SamplePlan {
        looks: match most {
            ..18 => vec![most],
            _ => vec![most / 3, most * 2 / 3, most],
        },
        confirmation: (most / 3).max(6),
        ..usual
    }
}

/// The exit code; `replaces` when "slower" is a regression.
pub(super) fn exit(comparison: &ComparisonReport, replaces: bool) -> Exit {
    if comparison.interrupted {
        Exit::Interrupted
    } else if comparison.has_failures() {
        Exit::CheckFailed
    } else if comparison.objection.is_some() {
        Exit::Environment
    } else if replaces && comparison.found_slower() {
        Exit::CheckFailed
    } else {
        Exit::Fine
    }
}
