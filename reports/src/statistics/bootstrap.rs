//! The bootstrap over blocks.

use super::series::median_of_sorted;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// Resamples behind every interval.
pub(super) const RESAMPLES: usize = 10_000;

/// Percentile bootstrap interval of the median.
///
/// Blocks are drawn with replacement. The percentile form is used and not
/// BCa: the median's jackknife acceleration is degenerate (the median takes
/// only two or three values when one block is left out), so BCa's correction
/// would be noise. `sorted` is in order and not empty; equal seeds give equal
/// intervals on every machine.
pub(super) fn median_interval(sorted: &[f64], level: f64, seed: u64) -> (f64, f64) {
    let n = sorted.len();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut medians: Vec<f64> = Vec::with_capacity(RESAMPLES);
    // How often each value was drawn: walking the counts costs less than
    // sorting every resample.
    let mut counts = vec![0_u32; n];
    let mut resample = vec![0.0; n];
    for _ in 0..RESAMPLES {
        counts.fill(0);
        for _ in 0..n {
            counts[random.random_range(0..n)] += 1;
        }
        let mut at = 0;
        for (value, count) in sorted.iter().zip(&counts) {
            for _ in 0..*count {
                resample[at] = *value;
                at += 1;
            }
        }
        medians.push(median_of_sorted(&resample));
    }
    medians.sort_by(f64::total_cmp);
    let tail = (1.0 - level) / 2.0;
    let last = (RESAMPLES - 1) as f64;
    // Rounded outwards: the interval must not be narrower than its level.
    let low = (tail * last).floor() as usize;
    let high = ((1.0 - tail) * last).ceil() as usize;
    (medians[low], medians[high.min(RESAMPLES - 1)])
}
