//! The exact signed-rank interval: a second opinion that draws no random numbers.

/// Beyond this the table of ranks is needlessly large and the bootstrap is enough.
const MOST: usize = 200;

/// Exact interval of the centre by Wilcoxon's signed-rank statistic: the
/// values that the test at `1 - level` does not reject, found among the means
/// of all pairs (Walsh averages). `None` when so few values cannot reject
/// anything at that level, which is the case below six at 95 %.
pub(super) fn interval(sorted: &[f64], level: f64) -> Option<(f64, f64)> {
    let n = sorted.len();
    if n == 0 || n > MOST {
        return None;
    }
    let rejected = rejected_ranks(n, (1.0 - level) / 2.0)?;
    let means = walsh(sorted);
    Some((means[rejected], means[means.len() - 1 - rejected]))
}

/// The centre that belongs to [`interval`]: Hodges and Lehmann's median of the
/// means of all pairs; `None` without values, or with too many.
pub(super) fn centre(sorted: &[f64]) -> Option<f64> {
    if sorted.is_empty() || sorted.len() > MOST {
        return None;
    }
    Some(super::series::median_of_sorted(&walsh(sorted)))
}

/// The means of all pairs, each value with itself among them, in order.
fn walsh(sorted: &[f64]) -> Vec<f64> {
    let n = sorted.len();
    let mut means: Vec<f64> = (0..n)
        .flat_map(|i| (i..n).map(move |j| f64::midpoint(sorted[i], sorted[j])))
        .collect();
    means.sort_by(f64::total_cmp);
    means
}

/// The largest rank sum `k` with `P(W <= k) <= tail` under symmetry about zero.
fn rejected_ranks(n: usize, tail: f64) -> Option<usize> {
    // Share of the 2^n sign patterns that give each rank sum, built up rank by rank.
    let mut shares = vec![0.0; n * (n + 1) / 2 + 1];
    shares[0] = 1.0;
    for rank in 1..=n {
        for sum in (0..shares.len()).rev() {
            let with = if sum >= rank { shares[sum - rank] } else { 0.0 };
            shares[sum] = f64::midpoint(shares[sum], with);
        }
    }
    let mut total = 0.0;
    let accepted = shares.iter().position(|share| {
        total += share;
        total > tail
    })?;
    accepted.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn critical_values_are_those_of_the_printed_tables() {
        // Two-sided 5 %: n = 6, 8, 10, 20 reject up to 0, 3, 8, 52.
        for (n, critical) in [(6, 0), (8, 3), (10, 8), (20, 52)] {
            assert_eq!(rejected_ranks(n, 0.025), Some(critical), "n = {n}");
        }
    }

    #[test]
    fn five_values_cannot_reject_at_95_percent() {
        assert_eq!(interval(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.95), None);
        assert_eq!(
            interval(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 0.95),
            Some((1.0, 6.0))
        );
    }
}
