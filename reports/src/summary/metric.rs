//! Metrics: the numbers that are compared.

use crate::model::Measurement;
use hdrhistogram::Histogram;
use serde::Serialize;

/// A number per trial that can be compared as a ratio. All are nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Thread CPU time per transaction over the measured region.
    CpuPerTransaction,
    /// Wall time per transaction over the measured region.
    WallPerTransaction,
    /// Median latency of a transaction.
    P50,
    /// 90th percentile of latency.
    P90,
    /// 99th percentile of latency.
    P99,
    /// From the module's bytes to the first answered request.
    Startup,
}

impl Metric {
    /// All metrics, in the order of reports and files.
    pub const ALL: [Metric; 6] = [
        Metric::CpuPerTransaction,
        Metric::WallPerTransaction,
        Metric::P50,
        Metric::P90,
        Metric::P99,
        Metric::Startup,
    ];

    /// The name in files.
    pub fn key(self) -> &'static str {
        match self {
            Metric::CpuPerTransaction => "cpu_per_transaction",
            Metric::WallPerTransaction => "wall_per_transaction",
            Metric::P50 => "p50",
            Metric::P90 => "p90",
            Metric::P99 => "p99",
            Metric::Startup => "startup",
        }
    }

    /// The name for people.
    pub fn title(self) -> &'static str {
        match self {
            Metric::CpuPerTransaction => "CPU time per transaction",
            Metric::WallPerTransaction => "wall time per transaction",
            Metric::P50 => "median latency",
            Metric::P90 => "p90 latency",
            Metric::P99 => "p99 latency",
            Metric::Startup => "start-up to the first answer",
        }
    }

    /// The metric of one trial; `None` when it was not measured or is zero.
    pub(super) fn of(
        self,
        measurement: &Measurement,
        histogram: Option<&Histogram<u64>>,
    ) -> Option<f64> {
        let per_transaction = |ns: u64| match measurement.transactions {
            0 => 0.0,
            transactions => ns as f64 / transactions as f64,
        };
        let quantile = |q: f64| match histogram {
            Some(histogram) if !histogram.is_empty() => histogram.value_at_quantile(q) as f64,
            _ => 0.0,
        };
        let value = match self {
            Metric::CpuPerTransaction => per_transaction(measurement.cpu_ns),
            Metric::WallPerTransaction => per_transaction(measurement.wall_ns),
            Metric::P50 => quantile(0.50),
            Metric::P90 => quantile(0.90),
            Metric::P99 => quantile(0.99),
            Metric::Startup => measurement.startup.total_ns() as f64,
        };
        (value > 0.0).then_some(value)
    }
}
