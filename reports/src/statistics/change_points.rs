//! Change points of a series: where its level moved for good.

use rand::SeedableRng as _;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom as _;
use serde::Serialize;

/// Fewest values on either side of a change point: what one odd value does is no change.
const LEAST: usize = 3;
/// Permutations behind each probability.
const PERMUTATIONS: usize = 999;

/// A place where a series changed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ChangePoint {
    /// Index of the first value after the change.
    pub index: usize,
    /// Probability of such a split if there were no change, by permutation.
    pub p: f64,
    /// Median after the change over median before it, up to the neighbouring changes.
    pub ratio: f64,
}

/// Finds change points by E-divisive with means of distances (Matteson and
/// James, *A nonparametric approach for multiple change point analysis of
/// multivariate data*, 2014): the split that tells two parts apart best by the
/// energy distance, tested by permuting the values within the parts, and again
/// in each part until no split is significant at `alpha`. No shape of the
/// noise is assumed. Differences are taken between logarithms, so that a
/// doubling weighs the same everywhere; values that are not above zero and
/// finite are passed over. Equal seeds give equal answers.
pub fn change_points(values: &[f64], alpha: f64, seed: u64) -> Vec<ChangePoint> {
    let (indices, logs): (Vec<usize>, Vec<f64>) = values
        .iter()
        .enumerate()
        .filter(|(_, value)| value.is_finite() && **value > 0.0)
        .map(|(index, value)| (index, value.ln()))
        .unzip();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut found: Vec<(usize, f64)> = Vec::new();
    loop {
        let mut edges: Vec<usize> = found.iter().map(|(at, _)| *at).collect();
        edges.extend([0, logs.len()]);
        edges.sort_unstable();
        let Some(best) = best_split(&logs, &edges) else {
            break;
        };
        let p = probability(&logs, &edges, best.gain, &mut random);
        if p > alpha {
            break;
        }
        found.push((best.at, p));
    }
    found.sort_unstable_by_key(|(at, _)| *at);
    let edges: Vec<usize> = std::iter::once(0)
        .chain(found.iter().map(|(at, _)| *at))
        .chain([logs.len()])
        .collect();
    let level = |range: &[f64]| super::median(range.iter().copied()).unwrap_or(f64::NAN);
    found
        .iter()
        .enumerate()
        .map(|(position, (at, p))| {
            let before = level(&logs[edges[position]..*at]);
            let after = level(&logs[*at..edges[position + 2]]);
            ChangePoint {
                index: indices[*at],
                p: *p,
                ratio: (after - before).exp(),
            }
        })
        .collect()
}

struct Split {
    at: usize,
    gain: f64,
}

/// The best split of any part between two neighbouring edges.
fn best_split(values: &[f64], edges: &[usize]) -> Option<Split> {
    edges
        .windows(2)
        .filter_map(|edge| {
            let split = split(&values[edge[0]..edge[1]])?;
            Some(Split {
                at: edge[0] + split.at,
                ..split
            })
        })
        .max_by(|a, b| a.gain.total_cmp(&b.gain))
}

/// Share of shuffles (the real order among them) that split at least as well.
fn probability(values: &[f64], edges: &[usize], gain: f64, random: &mut ChaCha8Rng) -> f64 {
    let mut shuffled = values.to_vec();
    let mut as_good = 1;
    for _ in 0..PERMUTATIONS {
        for edge in edges.windows(2) {
            shuffled[edge[0]..edge[1]].shuffle(random);
        }
        let best = best_split(&shuffled, edges).map_or(0.0, |split| split.gain);
        as_good += usize::from(best >= gain);
    }
    as_good as f64 / (PERMUTATIONS + 1) as f64
}

/// The split of a part with the largest scaled energy distance between its sides.
fn split(part: &[f64]) -> Option<Split> {
    let n = part.len();
    if n < 2 * LEAST {
        return None;
    }
    // Sums of distances within the left side, within the right side and between them, kept
    // up while one value after the other goes from right to left.
    let distance = |a: f64, b: f64| (a - b).abs();
    let (mut left, mut between) = (0.0, 0.0);
    let mut right: f64 = (0..n)
        .map(|i| {
            part[i + 1..]
                .iter()
                .map(|x| distance(part[i], *x))
                .sum::<f64>()
        })
        .sum();
    let mut best: Option<Split> = None;
    for moved in 0..n - LEAST {
        let to_left: f64 = part[..moved]
            .iter()
            .map(|x| distance(*x, part[moved]))
            .sum();
        let to_right: f64 = part[moved + 1..]
            .iter()
            .map(|x| distance(*x, part[moved]))
            .sum();
        left += to_left;
        right -= to_right;
        between += to_right - to_left;
        let (m, k) = ((moved + 1) as f64, (n - moved - 1) as f64);
        if moved + 1 < LEAST {
            continue;
        }
        let pairs = |count: f64| count * (count - 1.0) / 2.0;
        let energy = 2.0 * between / (m * k) - left / pairs(m) - right / pairs(k);
        let gain = m * k / (m + k) * energy;
        if best.as_ref().is_none_or(|best| gain > best.gain) {
            best = Some(Split {
                at: moved + 1,
                gain,
            });
        }
    }
    best.filter(|best| best.gain > 0.0)
}
