//! Differences paired within blocks.

use super::bootstrap;
use super::ratio::Interval;
use super::series::{Series, median_of_sorted};
use serde::{Deserialize, Serialize};

/// The difference of a metric to a baseline's, paired within blocks, in the metric's unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PairedDifference {
    /// The median over blocks.
    pub estimate: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Blocks that had both values.
    pub n: usize,
}

impl PairedDifference {
    /// The interval.
    pub fn interval(&self) -> Interval {
        Interval {
            low: self.low,
            high: self.high,
        }
    }
}

/// What `value` costs more than `baseline`, block by block: the median of the differences, with
/// the percentile bootstrap over blocks at `level` (10,000 resamples, seeded). `None` when no
/// block has two finite values.
pub fn paired_difference(
    value: &Series,
    baseline: &Series,
    level: f64,
    seed: u64,
) -> Option<PairedDifference> {
    let mut differences: Vec<f64> = value
        .iter()
        .filter_map(|(block, value)| Some(value - baseline.get(block)?))
        .filter(|difference| difference.is_finite())
        .collect();
    if differences.is_empty() {
        return None;
    }
    differences.sort_by(f64::total_cmp);
    let (low, high) = bootstrap::median_interval(&differences, level, seed);
    Some(PairedDifference {
        estimate: median_of_sorted(&differences),
        low,
        high,
        n: differences.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: &[f64]) -> Series {
        (1..).zip(values.iter().copied()).collect()
    }

    #[test]
    fn what_slows_a_whole_block_cancels() {
        let baseline = series(&[10.0, 14.0, 9.0, 30.0, 11.0, 12.0]);
        let value = baseline
            .iter()
            .map(|(block, value)| (*block, value + 1.5))
            .collect();
        let difference = paired_difference(&value, &baseline, 0.95, 7).expect("six blocks");
        assert_eq!((difference.estimate, difference.n), (1.5, 6));
        assert_eq!((difference.low, difference.high), (1.5, 1.5));
    }

    #[test]
    fn only_blocks_with_both_values_take_part_and_none_gives_none() {
        let value = series(&[3.0, f64::NAN, 5.0]);
        let baseline: Series = [(1, 1.0), (2, 1.0)].into();
        let difference = paired_difference(&value, &baseline, 0.95, 7).expect("one block");
        assert_eq!((difference.estimate, difference.n), (2.0, 1));
        assert!(paired_difference(&value, &Series::new(), 0.95, 7).is_none());
    }

    #[test]
    fn the_interval_covers_the_truth_about_as_often_as_it_says() {
        use rand::{RngExt as _, SeedableRng as _, rngs::ChaCha8Rng};
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let mut noise = || (0..12).map(|_| random.random_range(-1.0..1.0)).sum::<f64>();
        let (mut covered, campaigns) = (0, 400);
        for _ in 0..campaigns {
            let baseline = series(&[(); 12].map(|()| 100.0 + noise()));
            let value = baseline
                .iter()
                .map(|(block, base)| (*block, base + 2.0 + noise()))
                .collect();
            let difference = paired_difference(&value, &baseline, 0.95, 7).expect("twelve blocks");
            covered += usize::from(difference.interval().contains(2.0));
        }
        let share = covered as f64 / campaigns as f64;
        assert!((0.90..=1.0).contains(&share), "{share}");
    }
}
