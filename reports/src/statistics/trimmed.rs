//! Yuen's test: the probability that enters the Holm adjustment.

use statrs::distribution::{ContinuousCDF as _, StudentsT};

/// Two-sided probability, by Yuen's test on 20 % trimmed means, of values at
/// least this far outside `-band..band` if the centre were on its nearer edge.
///
/// A rank test would need no assumption about the shape, but over n blocks its
/// probability never falls below 2^(1-n): with 8 blocks and 12 runtimes no
/// difference, however large, could survive the adjustment. The trimming keeps
/// one wild block from deciding. 1 when the centre lies inside the band or
/// there are too few values to tell.
pub(super) fn probability_outside(sorted: &[f64], band: f64) -> f64 {
    let n = sorted.len();
    let cut = n / 5;
    let kept = n - 2 * cut;
    if kept < 2 {
        return 1.0;
    }
    let mean = sorted[cut..n - cut].iter().sum::<f64>() / kept as f64;
    let beyond = mean.abs() - band;
    if beyond.is_nan() || beyond <= 0.0 {
        return 1.0;
    }
    let winsorised = sorted
        .iter()
        .map(|value| value.clamp(sorted[cut], sorted[n - 1 - cut]));
    let centre = winsorised.clone().sum::<f64>() / n as f64;
    let squares: f64 = winsorised.map(|value| (value - centre).powi(2)).sum();
    let error = (squares / (kept as f64 * (kept - 1) as f64)).sqrt();
    if error <= f64::EPSILON {
        return 0.0;
    }
    match StudentsT::new(0.0, 1.0, (kept - 1) as f64) {
        Ok(student) => (2.0 * student.sf(beyond / error)).min(1.0),
        Err(_) => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_trimming_it_is_students_test() {
        // n = 4 trims nothing; mean 2.5, s = 1.29099, t = 3.87298, 3 degrees of freedom.
        let p = probability_outside(&[1.0, 2.0, 3.0, 4.0], 0.0);
        assert!((p - 0.030_466).abs() < 1e-5, "{p}");
    }

    #[test]
    fn one_wild_block_does_not_hide_a_clear_difference() {
        let calm = [0.40, 0.41, 0.41, 0.42, 0.40, 0.41, 0.42, 0.41];
        let mut wild = calm;
        wild[7] = 5.0;
        wild.sort_by(f64::total_cmp);
        assert!(probability_outside(&wild, 0.02) < 1e-4);
    }

    #[test]
    fn inside_the_band_nothing_is_improbable() {
        assert_eq!(
            probability_outside(&[0.01, 0.01, 0.01, 0.01, 0.01, 0.01], 0.02),
            1.0
        );
    }
}
