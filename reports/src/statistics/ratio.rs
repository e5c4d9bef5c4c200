//! Ratios paired within blocks.

use super::series::{Series, median_of_sorted, sorted_log_ratios};
use super::{bootstrap, signed_rank, trimmed};
use serde::Serialize;

/// An interval of ratios.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// True when the value lies in the interval, ends included.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// True when all of it lies within `1/(1+band)..=1+band`.
    pub fn within(&self, band: f64) -> bool {
        self.low >= 1.0 / (1.0 + band) && self.high <= 1.0 + band
    }

    /// True when some of it lies within `1/(1+band)..=1+band`.
    pub fn overlaps(&self, band: f64) -> bool {
        self.low <= 1.0 + band && self.high >= 1.0 / (1.0 + band)
    }
}

/// The ratio of a cell's metric to a baseline's, paired within blocks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PairedRatio {
    /// The median over blocks of the logarithm of the ratio, as a ratio.
    pub estimate: f64,
    /// Percentile bootstrap over blocks, 10,000 resamples.
    pub interval: Interval,
    /// Exact signed-rank interval at the same level, as a cross-check; `None` when n is too small for one.
    pub exact: Option<Interval>,
    /// Probability of such a difference if the ratio were on the nearer edge
    /// of the practical band (Yuen's test); not adjusted for many comparisons.
    pub p: f64,
    /// Blocks that had both values.
    pub n: usize,
}

/// Compares `value` with `baseline` block by block.
///
/// The estimate is the median of the log ratios; its interval at `level` is
/// the percentile bootstrap over blocks (10,000 resamples, seeded); the exact
/// signed-rank interval stands beside it. `band` (0.02 for 2 %) is what
/// [`PairedRatio::p`] is measured against. `None` when no block has two finite
/// values above zero.
pub fn paired_ratio(
    value: &Series,
    baseline: &Series,
    level: f64,
    band: f64,
    seed: u64,
) -> Option<PairedRatio> {
    let logs = sorted_log_ratios(value, baseline);
    if logs.is_empty() {
        return None;
    }
    let ratio = |(low, high): (f64, f64)| Interval {
        low: low.exp(),
        high: high.exp(),
    };
    Some(PairedRatio {
        estimate: median_of_sorted(&logs).exp(),
        interval: ratio(bootstrap::median_interval(&logs, level, seed)),
        exact: signed_rank::interval(&logs, level).map(ratio),
        p: trimmed::probability_outside(&logs, band.ln_1p()),
        n: logs.len(),
    })
}
