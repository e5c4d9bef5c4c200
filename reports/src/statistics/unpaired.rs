//! Ratios of values that were not measured together.

use super::ratio::{Interval, PairedRatio};
use super::series::median_of_sorted;
use super::welch::moments;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use statrs::distribution::{ContinuousCDF as _, StudentsT};

/// Compares two samples that have no blocks in common: the difference of the
/// medians of their logarithms, with a percentile bootstrap of each sample by
/// itself, and Welch's test against the nearer edge of the band. It knows
/// nothing of what lay between the two samples. `n` is the smaller sample's.
/// `None` when either has no finite value above zero.
pub fn unpaired_ratio(
    value: &[f64],
    baseline: &[f64],
    level: f64,
    band: f64,
    seed: u64,
) -> Option<PairedRatio> {
    let (value, baseline) = (logs(value), logs(baseline));
    if value.is_empty() || baseline.is_empty() {
        return None;
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut differences: Vec<f64> = (0..super::bootstrap::RESAMPLES)
        .map(|_| resampled(&value, &mut random) - resampled(&baseline, &mut random))
        .collect();
    differences.sort_by(f64::total_cmp);
    let last = (differences.len() - 1) as f64;
    let tail = (1.0 - level) / 2.0;
    let low = differences[(tail * last).floor() as usize];
    let high = differences[((1.0 - tail) * last).ceil() as usize];
    Some(PairedRatio {
        estimate: (median_of_sorted(&value) - median_of_sorted(&baseline)).exp(),
        interval: Interval {
            low: low.exp(),
            high: high.exp(),
        },
        exact: None,
        p: probability_beyond(&value, &baseline, band.ln_1p()),
        n: value.len().min(baseline.len()),
    })
}

fn logs(values: &[f64]) -> Vec<f64> {
    let mut logs: Vec<f64> = values
        .iter()
        .map(|value| value.ln())
        .filter(|log| log.is_finite())
        .collect();
    logs.sort_by(f64::total_cmp);
    logs
}

fn resampled(sorted: &[f64], random: &mut ChaCha8Rng) -> f64 {
    let mut drawn: Vec<f64> = (0..sorted.len())
        .map(|_| sorted[random.random_range(0..sorted.len())])
        .collect();
    drawn.sort_by(f64::total_cmp);
    median_of_sorted(&drawn)
}

fn probability_beyond(value: &[f64], baseline: &[f64], band: f64) -> f64 {
    let (Some((mean, variance)), Some((base, base_variance))) = (moments(value), moments(baseline))
    else {
        return 1.0;
    };
    let beyond = (mean - base).abs() - band;
    if beyond.is_nan() || beyond <= 0.0 {
        return 1.0;
    }
    let (n, base_n) = (value.len() as f64, baseline.len() as f64);
    let (a, b) = (variance / n, base_variance / base_n);
    if a + b <= f64::EPSILON {
        return 0.0;
    }
    let freedom = (a + b).powi(2) / (a * a / (n - 1.0) + b * b / (base_n - 1.0));
    StudentsT::new(0.0, 1.0, freedom).map_or(1.0, |student| {
        (2.0 * student.sf(beyond / (a + b).sqrt())).min(1.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clear_difference_is_found_and_none_is_not() {
        let base: Vec<f64> = (0..20).map(|i| 100.0 + f64::from(i % 5)).collect();
        let slow: Vec<f64> = base.iter().map(|value| value * 1.2).collect();
        let found = unpaired_ratio(&slow, &base, 0.95, 0.01, 7).expect("values");
        assert!((found.estimate - 1.2).abs() < 1e-9 && found.interval.low > 1.1);
        assert!(found.p < 1e-6);
        let none = unpaired_ratio(&base, &base, 0.95, 0.01, 7).expect("values");
        assert!(none.interval.contains(1.0) && none.p == 1.0);
        assert_eq!(unpaired_ratio(&[], &base, 0.95, 0.01, 7), None);
    }
}
