//! A cell's own value with its interval, for limits that are no ratios.

use super::bootstrap;
use super::ratio::Interval;
use super::series::{Series, median_of_sorted};
use serde::{Deserialize, Serialize};

/// A value over blocks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Located {
    /// The median over blocks.
    pub median: f64,
    /// Lower end of the interval of the median: percentile bootstrap over blocks.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Blocks.
    pub n: usize,
}

impl Located {
    /// The interval.
    pub fn interval(&self) -> Interval {
        Interval {
            low: self.low,
            high: self.high,
        }
    }
}

/// The median over blocks with its interval at `level`; `None` without a finite value.
pub fn located(values: &Series, level: f64, seed: u64) -> Option<Located> {
    let mut sorted: Vec<f64> = values
        .values()
        .copied()
        .filter(|value| value.is_finite())
        .collect();
    sorted.sort_by(f64::total_cmp);
    if sorted.is_empty() {
        return None;
    }
    let (low, high) = bootstrap::median_interval(&sorted, level, seed);
    Some(Located {
        median: median_of_sorted(&sorted),
        low,
        high,
        n: sorted.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_holds_the_median_and_a_constant_has_none_to_speak_of() {
        let spread: Series = (1..=9).map(|block| (block, f64::from(block))).collect();
        let value = located(&spread, 0.95, 1).expect("nine blocks");
        assert!(value.low < 5.0 && value.high > 5.0 && value.median == 5.0);
        let constant: Series = (1..=3).map(|block| (block, 7.0)).collect();
        let value = located(&constant, 0.95, 1).expect("three blocks");
        assert_eq!((value.low, value.median, value.high), (7.0, 7.0, 7.0));
        assert_eq!(located(&Series::new(), 0.95, 1), None);
    }
}
