//! What each row cost under one way of loading.

use super::super::{LoadCampaign, LoadDemand, LoadMetric, LoadRow, Round, RoundStatus};
use super::trust::series;
use super::{LoadComparison, LoadTrust};
use crate::model::Latency;
use crate::statistics::{Policy, median};
use serde::Serialize;
use std::collections::BTreeMap;

/// Fewer samples than this say nothing of the 99.9th percentile.
const FOR_P999: u64 = 10_000;

/// What each row cost under one way of loading.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhaseSummary {
    /// The way of loading.
    pub demand: LoadDemand,
    /// The rows that have rounds, in the campaign's order.
    pub rows: Vec<RowSummary>,
    /// One row beside another one, in CPU time for each request or, for a search, in the time
    /// between requests at the rate found: indices into `rows`, each pair once.
    pub pairs: Vec<(usize, usize, LoadComparison)>,
}

/// What a row cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowSummary {
    /// The row.
    pub row: LoadRow,
    /// Blocks with a round that counts.
    pub blocks: usize,
    /// Rounds that do not count.
    pub rejected: usize,
    /// CPU time of the proxy for each request, microseconds, median over blocks.
    pub cpu_us: f64,
    /// Good answers a second, median over blocks; of a search, the highest rate that met the
    /// objective.
    pub throughput: f64,
    /// Whether something other than the proxy set the pace in most of its blocks: `throughput`
    /// is then a lower bound.
    pub bounded: bool,
    /// Share of the time in which the proxy's workers ran, median over blocks.
    pub busy: f64,
    /// Latency of all blocks together; `None` in a closed loop.
    pub latency: Option<LoadLatency>,
    /// Resident memory, bytes, median over blocks.
    pub rss_bytes: f64,
    /// From the proxy's start to its first answer, nanoseconds, median over blocks.
    pub start_up_ns: f64,
    /// Answers as expected, all blocks together.
    pub good: u64,
    /// Answers that were not.
    pub wrong: u64,
    /// Requests without a whole answer, those never sent or still waiting at the end included.
    pub errors: u64,
    /// Beside the same proxy without a filter, by metric; empty for that one itself.
    pub to_bare: BTreeMap<LoadMetric, LoadComparison>,
}

/// Latency from the intended send time, all blocks' counts together, microseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoadLatency {
    /// How many answers.
    pub count: u64,
    /// The median.
    pub p50_us: f64,
    /// The 90th percentile.
    pub p90_us: f64,
    /// The 99th percentile.
    pub p99_us: f64,
    /// The 99.9th percentile; `None` with fewer than 10,000 answers in each block.
    pub p999_us: Option<f64>,
    /// The largest.
    pub max_us: f64,
    /// The 99th percentile from the real send time: what a closed loop would have shown.
    pub uncorrected_p99_us: f64,
}

impl PhaseSummary {
    pub(super) fn of(
        demand: LoadDemand,
        campaign: &LoadCampaign,
        rounds: &[Round],
        trust: &LoadTrust,
        policy: &Policy,
    ) -> PhaseSummary {
        let trusted = trust.objection.is_none();
        let compare = |row: &LoadRow, other: &LoadRow, metric| {
            let of = |row| series(rounds, row, demand, metric);
            LoadComparison::new(&of(row), &of(other), trusted, policy, campaign.seed)
        };
        let mut rows = Vec::new();
        for row in campaign.rows.iter().filter(|row| !row.is_control()) {
            let own: Vec<&Round> = rounds
                .iter()
                .filter(|round| round.row == *row && round.demand == demand)
                .collect();
            let bare = campaign
                .rows
                .iter()
                .find(|other| other.proxy == row.proxy && other.is_bare() && !other.is_control());
            let mut summary = summarise(row, &own);
            if let Some(bare) = bare.filter(|_| !row.is_bare()) {
                for metric in LoadMetric::ALL {
                    let compared = compare(row, bare, metric);
                    summary
                        .to_bare
                        .extend(compared.map(|compared| (metric, compared)));
                }
            }
            if summary.blocks > 0 {
                rows.push(summary);
            }
        }
        let mut pairs = Vec::new();
        for left in 0..rows.len() {
            for right in left + 1..rows.len() {
                let compared = compare(&rows[left].row, &rows[right].row, demand.metric());
                pairs.extend(compared.map(|compared| (left, right, compared)));
            }
        }
        PhaseSummary {
            demand,
            rows,
            pairs,
        }
    }
}

fn summarise(row: &LoadRow, rounds: &[&Round]) -> RowSummary {
    let counted: Vec<&Round> = rounds
        .iter()
        .filter(|round| round.is_accepted())
        .copied()
        .collect();
    let middle = |value: fn(&Round) -> f64| {
        median(counted.iter().map(|round| value(round))).unwrap_or(f64::NAN)
    };
    let sum = |value: fn(&Round) -> u64| counted.iter().map(|round| value(round)).sum();
    let rejected = |round: &&&Round| matches!(round.status, RoundStatus::Rejected(_));
    RowSummary {
        row: row.clone(),
        blocks: counted.len(),
        rejected: rounds.iter().filter(rejected).count(),
        cpu_us: middle(Round::cpu_us),
        throughput: middle(|round| round.throughput),
        bounded: counted.iter().filter(|round| round.bounded).count() * 2 > counted.len(),
        busy: middle(|round| round.proxy_busy),
        latency: latency(&counted),
        rss_bytes: middle(|round| round.rss_bytes as f64),
        start_up_ns: middle(|round| round.start_up_ns as f64),
        good: sum(|round| round.good),
        wrong: sum(|round| round.wrong),
        errors: sum(|round| round.errors),
        to_bare: BTreeMap::new(),
    }
}

/// Counts are added, never percentiles.
fn latency(rounds: &[&Round]) -> Option<LoadLatency> {
    let corrected = Latency::merge(rounds.iter().map(|round| &round.corrected)).ok()?;
    if corrected.is_empty() {
        return None;
    }
    let uncorrected = Latency::merge(rounds.iter().map(|round| &round.uncorrected)).ok()?;
    let us = |ns: u64| ns as f64 / 1e3;
    let at = |quantile| us(corrected.value_at_quantile(quantile));
    let enough = corrected.len() >= FOR_P999 * rounds.len() as u64;
    Some(LoadLatency {
        count: corrected.len(),
        p50_us: at(0.5),
        p90_us: at(0.9),
        p99_us: at(0.99),
        p999_us: enough.then(|| at(0.999)),
        max_us: us(corrected.max()),
        uncorrected_p99_us: us(uncorrected.value_at_quantile(0.99)),
    })
}
