//! One quantity of one cell, over blocks.

use super::bootstrap;
use super::ratio::Interval;
use super::series::median_of_sorted;
use serde::Serialize;

/// The median of a quantity over blocks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The median.
    pub value: f64,
    /// Percentile bootstrap over blocks; a single block has no interval.
    pub interval: Option<Interval>,
    /// Blocks.
    pub n: usize,
}

/// The median of the finite values with its interval at `level`; `None` without any.
pub fn estimate(values: impl IntoIterator<Item = f64>, level: f64, seed: u64) -> Option<Estimate> {
    let mut sorted: Vec<f64> = values
        .into_iter()
        .filter(|value| value.is_finite())
        .collect();
    sorted.sort_by(f64::total_cmp);
    if sorted.is_empty() {
        return None;
    }
    let interval = (sorted.len() > 1).then(|| {
        let (low, high) = bootstrap::median_interval(&sorted, level, seed);
        Interval { low, high }
    });
    Some(Estimate {
        value: median_of_sorted(&sorted),
        interval,
        n: sorted.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_in_its_interval_and_one_block_has_none() {
        let many = estimate([3.0, 1.0, 2.0, f64::NAN, 4.0, 5.0], 0.95, 1).expect("values");
        let interval = many.interval.expect("five blocks");
        assert_eq!((many.value, many.n), (3.0, 5));
        assert!(interval.contains(3.0) && interval.low >= 1.0 && interval.high <= 5.0);
        assert_eq!(estimate([7.0], 0.95, 1).expect("a value").interval, None);
        assert_eq!(estimate([], 0.95, 1), None);
    }
}
