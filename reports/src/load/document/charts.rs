//! Charts of one way of loading.

use super::super::{LoadMetric, PhaseSummary, RowSummary};
use crate::charts::{Bar, Chart, Ink, Unit};

/// CPU time of each row.
pub(super) fn cpu(phase: &PhaseSummary) -> Chart {
    let rows = phase.rows.iter().filter(|row| row.cpu_us.is_finite());
    let bars = rows
        .map(|row| Bar::new(row.row.label(), row.cpu_us * 1e3, ink(row)))
        .collect();
    legend(
        Chart::bars(
            format!(
                "CPU time of the proxy for each request, {}",
                phase.demand.words()
            ),
            Unit::Nanoseconds,
            bars,
        )
        .caption("Median over blocks; shorter is cheaper."),
    )
}

/// What each filter adds to its own proxy.
pub(super) fn cost(phase: &PhaseSummary) -> Chart {
    let bars = phase.rows.iter().filter_map(|row| {
        let cost = row.to_bare.get(&LoadMetric::Cpu)?;
        // A bar begins at zero; a cost below it is within the noise and the table has it.
        let value = (cost.difference.estimate * 1e3).max(0.0);
        let mut interval = cost.difference.interval();
        interval.low = (interval.low * 1e3).max(0.0);
        interval.high = (interval.high * 1e3).max(0.0);
        Some(Bar::new(row.row.label(), value, ink(row)).interval(Some(interval)))
    });
    legend(
        Chart::bars(
            format!(
                "CPU time that a filter adds to each request, {}",
                phase.demand.words()
            ),
            Unit::Nanoseconds,
            bars.collect(),
        )
        .caption("Against the same proxy without a filter in the same block, 95 % interval."),
    )
}

pub(super) fn ink(row: &RowSummary) -> Ink {
    match row.row.filter.as_str() {
        "wasm" => Ink::Series1,
        "lua" => Ink::Series2,
        "native" => Ink::Series3,
        _ => Ink::Muted,
    }
}

pub(super) fn legend(chart: Chart) -> Chart {
    chart
        .legend(Ink::Series1, "wasm")
        .legend(Ink::Series2, "Lua")
        .legend(Ink::Series3, "native")
        .legend(Ink::Muted, "no filter")
}
