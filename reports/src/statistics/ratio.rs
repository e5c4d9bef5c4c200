//! Ratios paired within blocks.

use super::series::{Series, median_of_sorted, sorted_log_ratios};
use super::{bootstrap, signed_rank, trimmed};
use serde::{Deserialize, Serialize};

/// An interval of ratios.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
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
    log_ratio(sorted_log_ratios(value, baseline), level, band, seed)
}

/// As [`paired_ratio`], from logarithms of ratios that were formed already, in
/// any order; those that are not finite are left out.
pub fn log_ratio(mut logs: Vec<f64>, level: f64, band: f64, seed: u64) -> Option<PairedRatio> {
    logs.retain(|log| log.is_finite());
    logs.sort_by(f64::total_cmp);
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

/// As [`log_ratio`], with Hodges and Lehmann's median (of the means of all
/// pairs of blocks) and its exact signed-rank interval in front.
///
/// The bootstrap of a median is too narrow at the levels that early looks and
/// many comparisons ask for: a resample cannot go beyond the values there are.
/// The exact interval holds at every level, for the price of symmetry, which a
/// difference between two sides drawn alike has. `None` where so few values
/// cannot support the level; above 200 values it is [`log_ratio`]'s.
pub fn exact_ratio(logs: Vec<f64>, level: f64, band: f64, seed: u64) -> Option<PairedRatio> {
    let mut sorted = logs.clone();
    sorted.retain(|log| log.is_finite());
    sorted.sort_by(f64::total_cmp);
    let Some(centre) = signed_rank::centre(&sorted) else {
        return log_ratio(logs, level, band, seed);
    };
    let (low, high) = signed_rank::interval(&sorted, level)?;
    let interval = Interval {
        low: low.exp(),
        high: high.exp(),
    };
    Some(PairedRatio {
        estimate: centre.exp(),
        interval,
        exact: Some(interval),
        p: trimmed::probability_outside(&sorted, band.ln_1p()),
        n: sorted.len(),
    })
}
