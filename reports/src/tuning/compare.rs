//! One contestant against another, block by block.

use crate::statistics::{PairedRatio, Series, paired_ratio};
use serde::{Deserialize, Serialize};

/// Differences smaller than this share do not matter.
pub(super) const BAND: f64 = 0.01;
/// Chance of a wrong word in a race, over all the looks taken at it.
const ALPHA: f64 = 0.05;
/// Looks taken at a race at most: the chance is spent in equal parts.
const LOOKS: f64 = 3.0;
/// Fewer blocks than this say nothing, unless the values do not vary at all.
pub(super) const FEWEST: usize = 6;
/// Fewer blocks than this say nothing whatever the values.
const FEWEST_EXACT: usize = 2;
/// Log ratios closer than this are the same number.
const EXACT: f64 = 1e-12;

/// What an interval says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// All of it lies below 1.
    Better,
    /// All of it lies above 1.
    Worse,
    /// All of it lies within the band around 1.
    Same,
    /// None of these.
    Unsure,
}

/// A ratio to something else with what it says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Against {
    /// The ratio: below 1 is better.
    pub ratio: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Blocks.
    pub n: usize,
    /// What the interval says.
    pub standing: Standing,
    /// Probability of such a difference were it on the band's edge; not adjusted.
    pub p: f64,
}

/// Compares; `None` without a common block.
pub(super) fn compare(value: &Series, base: &Series, seed: u64) -> Option<Against> {
    let ratio = paired_ratio(value, base, 1.0 - ALPHA / LOOKS, BAND, seed)?;
    Some(Against {
        ratio: ratio.estimate,
        low: ratio.interval.low,
        high: ratio.interval.high,
        n: ratio.n,
        standing: standing(&ratio),
        p: ratio.p,
    })
}

fn standing(ratio: &PairedRatio) -> Standing {
    let interval = ratio.interval;
    let exact = ratio.n >= FEWEST_EXACT && (interval.high - interval.low).abs() < EXACT;
    if ratio.n < FEWEST && !exact {
        return Standing::Unsure;
    }
    match () {
        () if interval.within(BAND) => Standing::Same,
        () if interval.high < 1.0 => Standing::Better,
        () if interval.low > 1.0 => Standing::Worse,
        () => Standing::Unsure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: &[f64]) -> Series {
        (1..).zip(values.iter().copied()).collect()
    }

    #[test]
    fn sizes_are_decided_by_two_blocks_and_times_by_six() {
        let base = series(&[100.0, 100.0]);
        let word = |values: &[f64], base: &Series| {
            compare(&series(values), base, 1).expect("blocks").standing
        };
        assert_eq!(word(&[90.0, 90.0], &base), Standing::Better);
        assert_eq!(word(&[100.0, 100.0], &base), Standing::Same);
        assert_eq!(word(&[90.0, 91.0], &base), Standing::Unsure);
        let base = series(&[100.0; 6]);
        let spread = [110.0, 112.0, 111.0, 113.0, 109.0, 110.0];
        assert_eq!(word(&spread, &base), Standing::Worse);
        assert_eq!(
            word(&[98.0, 103.0, 99.0, 101.0, 97.0, 104.0], &base),
            Standing::Unsure
        );
    }
}
