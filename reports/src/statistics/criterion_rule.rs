//! The rule by which the library criterion calls a benchmark regressed.
//!
//! After criterion 0.8 (`analysis/compare.rs`, `report.rs`): a bootstrap of
//! Welch's t over the two samples thrown together says whether there is a
//! difference at all (significance 0.05); a second bootstrap, of each sample by
//! itself, gives the 95 % interval of the relative change of the mean; the change
//! is called one when that interval leaves the noise threshold (0.01). It
//! takes every value for an independent sample of the same process.

use super::{Word, mean, welch::statistic};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};

/// Criterion's default is 100,000; a tenth changes its verdicts in the rarest
/// cases only, and thousands of comparisons are judged with it.
const RESAMPLES: usize = 10_000;
const SIGNIFICANCE: f64 = 0.05;
const NOISE: f64 = 0.01;

/// Criterion's verdict on `value` against `baseline`: [`Word::Slower`] where it
/// prints "Performance has regressed", [`Word::Faster`] for "has improved", and
/// [`Word::Same`] for "No change" and "within noise threshold", which it does
/// not tell from ignorance. `None` where a sample has fewer than two values or
/// no variance.
pub fn criterion_word(value: &[f64], baseline: &[f64], seed: u64) -> Option<Word> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let (t, _) = statistic(value, baseline)?;
    if probability(value, baseline, t, &mut random) >= SIGNIFICANCE {
        return Some(Word::Same);
    }
    let (low, high) = change_of_mean(value, baseline, &mut random);
    Some(if low > NOISE {
        Word::Slower
    } else if high < -NOISE {
        Word::Faster
    } else {
        Word::Same
    })
}

fn probability(value: &[f64], baseline: &[f64], t: f64, random: &mut Xoshiro256PlusPlus) -> f64 {
    let pool = [value, baseline].concat();
    let mut drawn = pool.clone();
    let (mut below, mut all) = (0_usize, 0_usize);
    for _ in 0..RESAMPLES {
        fill(&mut drawn, &pool, random);
        let (a, b) = drawn.split_at(value.len());
        if let Some((resampled, _)) = statistic(a, b) {
            all += 1;
            below += usize::from(resampled < t);
        }
    }
    2.0 * below.min(all - below) as f64 / all.max(1) as f64
}

fn change_of_mean(value: &[f64], baseline: &[f64], random: &mut Xoshiro256PlusPlus) -> (f64, f64) {
    let (mut a, mut b) = (value.to_vec(), baseline.to_vec());
    let mut changes: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            fill(&mut a, value, random);
            fill(&mut b, baseline, random);
            mean(&a) / mean(&b) - 1.0
        })
        .collect();
    changes.sort_by(f64::total_cmp);
    let at = |share: f64| changes[(share * (RESAMPLES - 1) as f64).round() as usize];
    (at(0.025), at(0.975))
}

fn fill(drawn: &mut [f64], from: &[f64], random: &mut Xoshiro256PlusPlus) {
    drawn.fill_with(|| from[random.random_range(0..from.len())]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(centre: f64) -> Vec<f64> {
        (0..40)
            .map(|i| centre * (1.0 + 0.002 * f64::from(i % 7 - 3)))
            .collect()
    }

    #[test]
    fn a_change_counts_beyond_the_noise_threshold_only() {
        let base = sample(100.0);
        assert_eq!(criterion_word(&sample(103.0), &base, 1), Some(Word::Slower));
        assert_eq!(criterion_word(&sample(97.0), &base, 1), Some(Word::Faster));
        assert_eq!(criterion_word(&sample(100.6), &base, 1), Some(Word::Same));
        assert_eq!(criterion_word(&base, &base, 1), Some(Word::Same));
        assert_eq!(criterion_word(&[1.0], &base, 1), None);
    }
}
