//! Shares of counts: how often something happened.

use super::Interval;
use statrs::distribution::{ContinuousCDF as _, Normal};

/// Wilson's score interval of a share: `hits` of `trials` at `level`.
///
/// Unlike the textbook interval it says something useful where nothing, or
/// everything, was hit. `None` without trials.
pub fn wilson(hits: u64, trials: u64, level: f64) -> Option<Interval> {
    if trials == 0 {
        return None;
    }
    let (n, share) = (trials as f64, hits.min(trials) as f64 / trials as f64);
    let z = Normal::standard().inverse_cdf(f64::midpoint(1.0, level));
    let scale = 1.0 + z * z / n;
    let centre = (share + z * z / (2.0 * n)) / scale;
    let half = z / scale * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    Some(Interval {
        low: (centre - half).max(0.0),
        high: (centre + half).min(1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values_are_met() {
        // Newcombe (1998), method 3: 81/263 and 0/20.
        let found = wilson(81, 263, 0.95).expect("trials");
        assert!((found.low - 0.2553).abs() < 1e-4 && (found.high - 0.3662).abs() < 1e-4);
        let none = wilson(0, 20, 0.95).expect("trials");
        assert!(none.low.abs() < 1e-12 && (none.high - 0.1611).abs() < 1e-4);
        assert_eq!(wilson(0, 0, 0.95), None);
    }
}
