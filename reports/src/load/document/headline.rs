//! The result in a sentence.

use super::super::{LoadDemand, LoadMetric, LoadSummary, PhaseSummary, RowSummary};
use super::rates;
use crate::statistics::Word;
use crate::tables::format::{digits, ratio};

pub(super) struct Headline {
    pub(super) sentence: String,
    pub(super) decided: bool,
    pub(super) certainty: String,
    pub(super) points: Vec<String>,
}

/// The cheapest filter by what it adds to its own proxy, and each proxy's in a point.
pub(super) fn of(summary: &LoadSummary) -> Headline {
    let nothing = Headline {
        sentence: "Nothing was measured.".to_owned(),
        decided: false,
        certainty: String::new(),
        points: Vec::new(),
    };
    let Some(phase) = summary.primary() else {
        return nothing;
    };
    if phase.demand == LoadDemand::Search {
        return rates::headline(phase, summary).unwrap_or(nothing);
    }
    let added = |row: &&RowSummary| {
        let cost = row.to_bare.get(&LoadMetric::Cpu);
        cost.map_or(f64::INFINITY, |cost| cost.difference.estimate)
    };
    let filtered = phase
        .rows
        .iter()
        .filter(|row| row.to_bare.contains_key(&LoadMetric::Cpu));
    let cheapest = filtered.min_by(|a, b| added(a).total_cmp(&added(b)));
    let points = phase.rows.iter().filter_map(point).collect();
    let Some(row) = cheapest else {
        return bare(phase, summary, points).unwrap_or(nothing);
    };
    let Some(cost) = row.to_bare.get(&LoadMetric::Cpu) else {
        return nothing;
    };
    let decided = cost.word != Word::Undecided;
    let difference = cost.difference;
    let mut sentence = format!(
        "{} adds {} µs of CPU to each request ({} to {}), {}× the same proxy without a filter",
        row.row.label(),
        digits(difference.estimate),
        digits(difference.low),
        digits(difference.high),
        ratio(cost.ratio.estimate),
    );
    sentence += match phase.rows.len() {
        0..=2 => ".",
        _ => ": the least of the filters measured.",
    };
    Headline {
        sentence,
        decided,
        certainty: certainty(summary, cost.ratio.n),
        points,
    }
}

/// Without filters: the cheapest proxy.
fn bare(phase: &PhaseSummary, summary: &LoadSummary, points: Vec<String>) -> Option<Headline> {
    let row = phase
        .rows
        .iter()
        .min_by(|a, b| a.cpu_us.total_cmp(&b.cpu_us))?;
    Some(Headline {
        sentence: format!(
            "{} takes {} µs of CPU for each request.",
            row.row.label(),
            digits(row.cpu_us)
        ),
        decided: summary.trust.objection.is_none(),
        certainty: certainty(summary, row.blocks),
        points,
    })
}

pub(super) fn certainty(summary: &LoadSummary, blocks: usize) -> String {
    let interval = format!("95 % intervals from {blocks} blocks");
    match &summary.trust.objection {
        Some(objection) => format!("{interval}; no verdicts, because {objection}"),
        None if blocks < summary.policy.min_blocks => {
            format!(
                "{interval}; no verdicts, because these are fewer than {}",
                summary.policy.min_blocks
            )
        }
        None => format!("{interval}; the A/A control held"),
    }
}

fn point(row: &RowSummary) -> Option<String> {
    let cost = row.to_bare.get(&LoadMetric::Cpu)?;
    Some(format!(
        "{}: {} µs more ({} to {}), {}× ({} to {}): {}",
        row.row.label(),
        digits(cost.difference.estimate),
        digits(cost.difference.low),
        digits(cost.difference.high),
        ratio(cost.ratio.estimate),
        ratio(cost.ratio.interval.low),
        ratio(cost.ratio.interval.high),
        cost.word
    ))
}
