//! Comparisons: a ratio with the word for it.

use super::Metric;
use super::samples::Samples;
use crate::statistics::{PairedRatio, Policy, Word, holm, paired_ratio};
use serde::Serialize;

/// One cell's metric over a baseline's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Comparison {
    /// Estimate, intervals, probability and n.
    #[serde(flatten)]
    pub ratio: PairedRatio,
    /// The probability, Holm-adjusted over all comparisons with this baseline in this ranking and metric.
    pub p_adjusted: f64,
    /// The word for it.
    pub word: Word,
}

/// Compares every sample with the baseline; `None` where there is no common block or for the baseline itself.
pub(super) fn compare_all(
    samples: &[&Samples<'_>],
    baseline: usize,
    metric: Metric,
    policy: &Policy,
    trusted: bool,
    seed: u64,
) -> Vec<Option<Comparison>> {
    let base = samples[baseline].series(metric);
    let ratio = |(index, samples): (usize, &&Samples<'_>)| {
        let other = index != baseline;
        other.then(|| {
            paired_ratio(
                &samples.series(metric),
                &base,
                policy.level,
                policy.band,
                seed,
            )
        })?
    };
    let ratios: Vec<Option<PairedRatio>> = samples.iter().enumerate().map(ratio).collect();
    let family: Vec<f64> = ratios.iter().flatten().map(|ratio| ratio.p).collect();
    let mut adjusted = holm(&family).into_iter();
    let mut comparisons = Vec::with_capacity(ratios.len());
    for ratio in ratios {
        comparisons.push(ratio.and_then(|ratio| {
            let p_adjusted = adjusted.next()?;
            let word = policy.word(&ratio, p_adjusted, trusted);
            Some(Comparison {
                ratio,
                p_adjusted,
                word,
            })
        }));
    }
    comparisons
}
