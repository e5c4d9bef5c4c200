//! What is compared of rounds.

use super::Round;
use serde::Serialize;

/// A cost of which less is better, one value for each round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadMetric {
    /// CPU time of the proxy for each request, microseconds.
    Cpu,
    /// Time between good answers, microseconds: the inverse of throughput.
    Pace,
    /// Median latency from the intended send time, microseconds.
    P50,
    /// 99th percentile of it, microseconds.
    P99,
}

impl LoadMetric {
    /// All of them.
    pub const ALL: [LoadMetric; 4] = [
        LoadMetric::Cpu,
        LoadMetric::Pace,
        LoadMetric::P50,
        LoadMetric::P99,
    ];

    /// Its value in a round; not a number where the round has none.
    pub fn of(self, round: &Round) -> f64 {
        match self {
            LoadMetric::Cpu => round.cpu_us(),
            LoadMetric::Pace => 1e6 / round.throughput,
            LoadMetric::P50 => quantile(round, 0.5),
            LoadMetric::P99 => quantile(round, 0.99),
        }
    }

    /// In words, after "times its".
    pub fn words(self) -> &'static str {
        match self {
            LoadMetric::Cpu => "CPU time",
            LoadMetric::Pace => "time between answers",
            LoadMetric::P50 => "median latency",
            LoadMetric::P99 => "99th percentile of latency",
        }
    }

    /// The word that files use.
    pub fn key(self) -> &'static str {
        match self {
            LoadMetric::Cpu => "cpu",
            LoadMetric::Pace => "pace",
            LoadMetric::P50 => "p50",
            LoadMetric::P99 => "p99",
        }
    }
}

fn quantile(round: &Round, quantile: f64) -> f64 {
    match round.corrected.to_histogram() {
        Ok(histogram) if !histogram.is_empty() => {
            histogram.value_at_quantile(quantile) as f64 / 1e3
        }
        _ => f64::NAN,
    }
}
