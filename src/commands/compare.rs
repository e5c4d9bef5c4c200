//! `pwbench compare`: two sides against each other.

use std::path::Path;
use std::time::Duration;

use reports::{CampaignFolder, ComparisonReport, Figure, SamplePlan, machine_difference, stored};

use super::report::print_reported;
use crate::cli::CompareArgs;
use crate::comparison::{
    Extent, Inquiry, Matter, ProxyMatter, SLICE, check, check_proxies, inquire, own_folder, seed,
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
        return stored_campaigns(arguments, base, new);
    }
    if let Some(matter) = ProxyMatter::of(arguments)? {
        return proxies(arguments, matter);
    }
    let matter = Matter::of(arguments)?;
    let seed = seed(arguments.seed);
    let runner = Runner::new(arguments.trial_timeout, Interrupt::listen()?, seed)?;
    let progress = Progress::new();
    let (pairings, alike) = (matter.pairings, !arguments.other_outcomes);
    let checked = async |work: &Path| check(pairings, alike, work, &runner, &progress).await;
    let inquiry = inquiry(arguments, [matter.base, matter.new], seed, TIME);
    let folder = inquiry.folder.clone();
    let inquired = super::block_on(inquire(inquiry, checked, &progress))??;
    tell(arguments, inquired.comparison, &folder, matter.replaces)
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
    let inquired = super::block_on(inquire(inquiry, checked, &progress))??;
    tell(arguments, inquired.comparison, &folder, true)
}

fn inquiry(
    arguments: &CompareArgs,
    [base, new]: [String; 2],
    seed: u64,
    time: Duration,
) -> Inquiry {
    let (id, folder) = own_folder(&arguments.output, "compare");
    let figures = std::iter::once((Figure::Cpu, arguments.band, true))
        .chain(SHOWN.map(|figure| (figure, arguments.band, false)))
        .collect();
    Inquiry {
        base,
        new,
        figures,
        notes: Vec::new(),
        extent: Extent {
            time: arguments.seconds.unwrap_or(time),
            slice: SLICE,
            plan: plan(arguments.blocks),
            fixed: arguments.blocks.is_some(),
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

/// Compares two folders of `pwbench run` as they are.
fn stored_campaigns(arguments: &CompareArgs, base: &Path, new: &Path) -> Result<Exit, Error> {
    let read = |path: &Path| -> Result<_, Error> {
        let folder = CampaignFolder::open(path)?;
        Ok((folder.campaign()?, folder.trials()?.records))
    };
    let (base, new) = (read(base)?, read(new)?);
    if let Some(difference) = machine_difference(&base.0.machine, &new.0.machine) {
        return Err(Error::OtherMachine { difference });
    }
    let report = stored(
        (&base.0, &base.1),
        (&new.0, &new.1),
        arguments.band,
        arguments.seed.unwrap_or(0),
    );
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
