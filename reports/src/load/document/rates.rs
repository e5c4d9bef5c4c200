//! What a search for the highest rate found.

use super::super::{LoadMetric, LoadSummary, PhaseSummary, RowSummary};
use super::charts::{ink, legend};
use super::facts::GRID;
use super::headline::{Headline, certainty};
use crate::charts::{Bar, Chart, Unit};
use crate::statistics::PairedRatio;
use crate::tables::format::{count, dash, digits, ratio};
use crate::tables::{Entry, Table};

/// The row with a filter that keeps the objective furthest, or else the proxy; each row's rate
/// in a point.
pub(super) fn headline(phase: &PhaseSummary, summary: &LoadSummary) -> Option<Headline> {
    let filtered = phase.rows.iter().filter(|row| !row.row.is_bare());
    let highest = |a: &&RowSummary, b: &&RowSummary| a.throughput.total_cmp(&b.throughput);
    let row = filtered
        .max_by(highest)
        .or_else(|| phase.rows.iter().max_by(highest))?;
    let objective = summary.campaign.plan.objective.as_deref();
    let mut sentence = format!(
        "{} keeps {} up to {} requests/s",
        row.row.label(),
        objective.unwrap_or("the objective"),
        rate(row),
    );
    if let Some(beside) = row.to_bare.get(&LoadMetric::Pace) {
        let [estimate, low, high] = inverted(&beside.ratio);
        sentence += &format!(
            ", {}× ({} to {}) of what the same proxy keeps without a filter",
            ratio(estimate),
            ratio(low),
            ratio(high),
        );
    }
    let enough = row.blocks >= summary.policy.min_blocks;
    Some(Headline {
        sentence: sentence + ".",
        decided: summary.trust.objection.is_none() && enough,
        certainty: certainty(summary, row.blocks),
        points: phase.rows.iter().map(point).collect(),
    })
}

fn point(row: &RowSummary) -> String {
    let beside = row.to_bare.get(&LoadMetric::Pace).map(|beside| {
        let [estimate, low, high] = inverted(&beside.ratio);
        let [estimate, low, high] = [estimate, low, high].map(ratio);
        let word = beside.word;
        format!(", {estimate}× ({low} to {high}) of the same proxy without a filter: {word}")
    });
    format!(
        "{}: {} requests/s{}",
        row.row.label(),
        rate(row),
        beside.unwrap_or_default()
    )
}

/// The rate; a bound where something other than the proxy ended the search.
fn rate(row: &RowSummary) -> String {
    let bound = if row.bounded { "at least " } else { "" };
    format!("{bound}{}", count(row.throughput))
}

/// The ratio of rates from that of the times between requests: estimate, low, high.
fn inverted(pace: &PairedRatio) -> [f64; 3] {
    [
        1.0 / pace.estimate,
        1.0 / pace.interval.high,
        1.0 / pace.interval.low,
    ]
}

/// Rates, and what filters take from them.
pub(super) fn table(phase: &PhaseSummary) -> Table {
    let mut table = Table::new("Highest rates within the objective")
        .note(format!(
            "Medians over blocks; ratios against the same proxy without a filter in the same \
             block, with 95 % intervals. Rates lie on a grid {GRID} % apart: what is less is the \
             grid's. CPU time is that of one more load at the rate found. ≥: the generator gave \
             out before the proxy did."
        ))
        .words("Proxy and filter")
        .numbers("Rate", "1/s")
        .numbers("Rate ratio", "×")
        .words("Interval")
        .words("Verdict")
        .numbers("CPU", "µs/request")
        .numbers("CPU added", "µs")
        .numbers("Blocks", "")
        .dispensable(&["Blocks"]);
    for row in &phase.rows {
        let bound = if row.bounded { "≥ " } else { "" };
        let pace = row.to_bare.get(&LoadMetric::Pace);
        let cpu = row.to_bare.get(&LoadMetric::Cpu);
        table.row(vec![
            row.row.label().into(),
            format!("{bound}{}", count(row.throughput)).into(),
            pace.map_or_else(dash, |pace| ratio(1.0 / pace.ratio.estimate))
                .into(),
            pace.map_or_else(dash, |pace| {
                let [_, low, high] = inverted(&pace.ratio);
                format!("{} to {}", ratio(low), ratio(high))
            })
            .into(),
            pace.map_or_else(|| dash().into(), |pace| Entry::word(pace.word)),
            digits(row.cpu_us).into(),
            cpu.map_or_else(dash, |cpu| digits(cpu.difference.estimate))
                .into(),
            row.blocks.to_string().into(),
        ]);
    }
    table
}

/// Rates of each row.
pub(super) fn chart(phase: &PhaseSummary) -> Chart {
    let rows = phase.rows.iter().filter(|row| row.throughput.is_finite());
    let bars = rows
        .map(|row| Bar::new(row.row.label(), row.throughput, ink(row)))
        .collect();
    legend(
        Chart::bars(
            "Highest rate within the objective".to_owned(),
            Unit::PerSecond,
            bars,
        )
        .caption("Median over blocks; longer is better."),
    )
}
