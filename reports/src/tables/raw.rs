//! The raw numbers: every cell, every metric.

use super::format::{dash, grouped_ns};
use super::table::{Entry, Table};
use crate::summary::{Comparison, Metric, Summary};

/// One row for each cell and metric, in nanoseconds.
pub(crate) fn raw(summary: &Summary) -> Table {
    let mut table = Table::new("Raw numbers")
        .note(
            "Medians and extremes over blocks. The exact interval is the signed-rank \
             interval, a cross-check of the bootstrap. p is Holm-adjusted.",
        )
        .words("Cell")
        .words("Metric")
        .numbers("Median", "ns")
        .numbers("Min", "ns")
        .numbers("Max", "ns")
        .numbers("× native", "interval")
        .numbers("× best", "interval")
        .numbers("× best", "exact")
        .numbers("p", "× best")
        .numbers("n", "blocks");
    for cell in summary.groups.iter().flat_map(|group| group.measured()) {
        for metric in Metric::ALL {
            let Some(absolute) = cell.metrics.get(&metric) else {
                continue;
            };
            let best = cell.to_best.get(&metric);
            table.row(vec![
                cell.cell.label().into(),
                metric.title().into(),
                grouped_ns(absolute.median).into(),
                grouped_ns(absolute.min).into(),
                grouped_ns(absolute.max).into(),
                ratio(cell.to_native.get(&metric)),
                ratio(best),
                exact(best),
                best.map_or_else(dash, |best| format!("{:.4}", best.p_adjusted))
                    .into(),
                absolute.n.to_string().into(),
            ]);
        }
    }
    table
}

fn ratio(comparison: Option<&Comparison>) -> Entry {
    let text = comparison.map_or_else(dash, |comparison| {
        let found = &comparison.ratio;
        format!(
            "{:.3} ({:.3} to {:.3})",
            found.estimate, found.interval.low, found.interval.high
        )
    });
    text.into()
}

fn exact(comparison: Option<&Comparison>) -> Entry {
    let exact = comparison.and_then(|comparison| comparison.ratio.exact);
    exact
        .map_or_else(dash, |exact| {
            format!("{:.3} to {:.3}", exact.low, exact.high)
        })
        .into()
}
