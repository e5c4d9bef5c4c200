//! All cells in one table: what the page's filters choose from.

use crate::summary::{CellSummary, Metric, Summary};
use crate::tables::format::{Scale, dash, ratio};
use crate::tables::{Entry, Table, short};

/// One row for each cell with its main figures.
pub(crate) fn cells(summary: &Summary) -> Table {
    let all = || summary.groups.iter().flat_map(|group| &group.cells);
    let times = |metric: Metric| {
        Scale::times(all().filter_map(|cell| Some(cell.metrics.get(&metric)?.median)))
    };
    let primary = summary.primary;
    let metrics = [primary, Metric::P50, Metric::P99, Metric::Startup];
    let scales = metrics.map(times);
    let memory = Scale::sizes(all().filter_map(|cell| cell.memory.rss_first_vm_bytes));
    let mut table = Table::new("All cells")
        .words("Workload")
        .words("Variant")
        .words("Isolation")
        .numbers("Threads", "")
        .words("Runtime")
        .words("Kind")
        .numbers(short(primary), scales[0].unit)
        .numbers("× best", "")
        .numbers("× native", "")
        .words("Verdict");
    for (metric, scale) in metrics.iter().zip(&scales).skip(1) {
        table = table.numbers(short(*metric), scale.unit);
    }
    table = table
        .numbers("First VM", memory.unit)
        .numbers("n", "blocks");
    for cell in all() {
        let id = &cell.cell;
        let times = |to: Option<f64>| to.map_or_else(dash, ratio);
        let against = |all: &std::collections::BTreeMap<Metric, crate::summary::Comparison>| {
            times(all.get(&primary).map(|found| found.ratio.estimate))
        };
        let mut row: Vec<Entry> = vec![
            id.workload.as_str().into(),
            id.variant.as_str().into(),
            id.isolation.as_str().into(),
            id.threads.to_string().into(),
            id.runtime.as_str().into(),
            Entry::kind(cell.kind),
            shown(cell, primary, &scales[0]).into(),
            against(&cell.to_best).into(),
            against(&cell.to_native).into(),
            crate::tables::verdict(cell),
        ];
        for (metric, scale) in metrics.iter().zip(&scales).skip(1) {
            row.push(shown(cell, *metric, scale).into());
        }
        let first_vm = cell.memory.rss_first_vm_bytes;
        row.push(
            memory
                .maybe(first_vm.filter(|_| cell.withheld.is_none()))
                .into(),
        );
        row.push(cell.blocks.to_string().into());
        table.row(row);
    }
    table
}

fn shown(cell: &CellSummary, metric: Metric, scale: &Scale) -> String {
    let median = cell.metrics.get(&metric).map(|absolute| absolute.median);
    scale.maybe(median.filter(|_| cell.withheld.is_none()))
}
