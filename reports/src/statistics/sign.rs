//! The interval of a median by the sign test: for values that are compared with a constant.

use super::ratio::{Interval, PairedRatio};
use super::series::median_of_sorted;
use super::{bootstrap, trimmed};

/// Beyond this the bootstrap is as good and needs no sums of binomials.
const MOST: usize = 1_000;

/// The median of ratios to a constant, from their logarithms in any order; those that are not
/// finite are left out.
///
/// What one side is alone has no symmetric shape: start-up and latency have long tails to one
/// side, and the signed-rank interval of [`super::exact_ratio`] would promise more than it
/// keeps. The sign test asks for nothing but independent blocks. `None` where so few values
/// cannot support the level.
pub fn constant_ratio(mut logs: Vec<f64>, level: f64, band: f64, seed: u64) -> Option<PairedRatio> {
    logs.retain(|log| log.is_finite());
    logs.sort_by(f64::total_cmp);
    let n = logs.len();
    let (low, high) = match n {
        0 => return None,
        1..=MOST => {
            let cut = rejected(n, (1.0 - level) / 2.0)?;
            (logs[cut], logs[n - 1 - cut])
        }
        _ => bootstrap::median_interval(&logs, level, seed),
    };
    let interval = Interval {
        low: low.exp(),
        high: high.exp(),
    };
    Some(PairedRatio {
        estimate: median_of_sorted(&logs).exp(),
        interval,
        exact: (n <= MOST).then_some(interval),
        p: trimmed::probability_outside(&logs, band.ln_1p()),
        n,
    })
}

/// The largest `k` with `P(X <= k) <= tail`, where `X` counts heads of `n` fair coins: so many
/// values may be cut off at each end.
fn rejected(n: usize, tail: f64) -> Option<usize> {
    let coins = n as f64;
    let mut share = (-coins * std::f64::consts::LN_2).exp();
    let mut total = 0.0;
    for heads in 0..n {
        total += share;
        if total > tail {
            return heads.checked_sub(1);
        }
        share *= (coins - heads as f64) / (heads as f64 + 1.0);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt as _, SeedableRng as _, rngs::ChaCha8Rng};

    #[test]
    fn critical_values_are_those_of_the_printed_tables() {
        // Two-sided 5 %: n = 6, 9, 12, 20 reject up to 0, 1, 2, 5.
        for (n, critical) in [(6, 0), (9, 1), (12, 2), (20, 5)] {
            assert_eq!(rejected(n, 0.025), Some(critical), "n = {n}");
        }
        assert_eq!(rejected(5, 0.025), None);
    }

    #[test]
    fn the_median_of_a_lopsided_shape_is_covered_as_promised() {
        let mut random = ChaCha8Rng::seed_from_u64(11);
        let campaigns = 1_000;
        let mut covered = 0;
        for _ in 0..campaigns {
            // An exponential shape, whose median is ln 2.
            let logs = (0..16).map(|_| -(1.0 - random.random::<f64>()).ln());
            let found = constant_ratio(logs.collect(), 0.95, 0.0, 7).expect("values");
            covered += u32::from(found.interval.contains(2.0));
        }
        let share = f64::from(covered) / f64::from(campaigns);
        assert!(share >= 0.93, "{share}");
    }

    #[test]
    fn too_few_values_and_none_at_all_have_no_interval() {
        assert_eq!(constant_ratio(vec![0.1; 5], 0.95, 0.0, 7), None);
        assert_eq!(constant_ratio(vec![f64::NAN; 20], 0.95, 0.0, 7), None);
        let many = constant_ratio(vec![0.5; 1_500], 0.95, 0.0, 7).expect("values");
        assert_eq!((many.exact, many.n), (None, 1_500));
    }
}
