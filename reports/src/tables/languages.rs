//! The variants of one workload beside each other: what another language, compiler or
//! optimisation costs on each runtime.

use super::format::{Scale, dash, rate};
use super::ranking::short;
use super::table::{Entry, Table, Tone};
use crate::model::WorkloadInfo;
use crate::summary::{CellSummary, Group, Summary};

/// A variant's group with what its module was built from.
type Built<'a> = (&'a Group, Option<&'a WorkloadInfo>);

/// A table for each workload of which several variants were measured: rows of runtimes, and
/// of variants in each; medians over blocks. Empty when there is no such workload.
pub(crate) fn languages(summary: &Summary) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut done: Vec<(&str, &str, u32)> = Vec::new();
    for group in &summary.groups {
        let key = (
            group.workload.as_str(),
            group.isolation.as_str(),
            group.threads,
        );
        if done.contains(&key) {
            continue;
        }
        done.push(key);
        let same = |other: &&Group| {
            (
                other.workload.as_str(),
                other.isolation.as_str(),
                other.threads,
            ) == key
        };
        let info = |group: &Group| {
            let mut infos = summary.campaign.workloads.iter();
            infos.find(|info| info.name == group.workload && info.variant == group.variant)
        };
        let mut variants: Vec<Built<'_>> = summary
            .groups
            .iter()
            .filter(same)
            .map(|group| (group, info(group)))
            .collect();
        // In the campaign's order, whose first is the workload's default.
        let place = |group: &Group| {
            let mut infos = summary.campaign.workloads.iter();
            infos.position(|info| info.name == group.workload && info.variant == group.variant)
        };
        variants.sort_by_key(|(group, _)| place(group).unwrap_or(usize::MAX));
        if variants.len() > 1 {
            tables.push(table(summary, group, &variants));
        }
    }
    tables
}

fn table(summary: &Summary, first: &Group, variants: &[Built<'_>]) -> Table {
    let cells = || variants.iter().flat_map(|(group, _)| group.measured());
    let cost = |cell: &CellSummary| Some(cell.metrics.get(&summary.primary)?.median);
    let latency = |cell: &CellSummary| Some(cell.latency.as_ref()?.p50 as f64);
    let costs = Scale::times(cells().filter_map(cost));
    let latencies = Scale::times(cells().filter_map(latency));
    let startups = Scale::times(cells().filter_map(|cell| cell.startup.total_ns));
    let memories = Scale::sizes(cells().filter_map(|cell| cell.memory.rss_first_vm_bytes));
    let sizes = Scale::sizes(cells().filter_map(|cell| cell.size.module_bytes));
    let mut table = Table::new(format!("Languages and builds: {}", first.title))
        .note(
            "Rows of one runtime may be compared: the same rules, traffic and machine. × is to the \
             first variant of the runtime, of medians, without an interval; a ranking of its own \
             for each variant has intervals.",
        )
        .words("Runtime")
        .words("Variant")
        .words("Language")
        .numbers(short(summary.primary), costs.unit)
        .numbers("×", "")
        .numbers("p50", latencies.unit)
        .numbers("Start-up", startups.unit)
        .numbers("First VM", memories.unit)
        .numbers("Module", sizes.unit)
        .numbers("Host calls", "");
    for runtime in runtimes(variants) {
        let mut base = None;
        for (group, info) in variants {
            let Some(cell) = group.measured().find(|cell| cell.cell.runtime == runtime) else {
                continue;
            };
            let own = cost(cell);
            base = base.or(own);
            let ratio = own
                .zip(base)
                .map(|(own, base)| format!("{:.2}", own / base));
            let calls = cell
                .check
                .as_ref()
                .map(|check| rate(check.host_calls_per_transaction));
            table.row(vec![
                runtime.into(),
                Entry::toned(&group.variant, Tone::Strong),
                info.map(|info| info.language.as_str())
                    .unwrap_or_default()
                    .into(),
                costs.maybe(own).into(),
                ratio.unwrap_or_else(dash).into(),
                latencies.maybe(latency(cell)).into(),
                startups.maybe(cell.startup.total_ns).into(),
                memories.maybe(cell.memory.rss_first_vm_bytes).into(),
                sizes.maybe(cell.size.module_bytes).into(),
                calls.unwrap_or_else(dash).into(),
            ]);
        }
    }
    table
}

/// Every runtime that measured any of the variants, in the order of the rankings.
fn runtimes<'a>(variants: &[Built<'a>]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for (group, _) in variants {
        for cell in group.measured() {
            if !names.contains(&cell.cell.runtime.as_str()) {
                names.push(&cell.cell.runtime);
            }
        }
    }
    names
}
