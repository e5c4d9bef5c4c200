//! What a server must keep to: percentiles of its corrected latency.

use std::fmt;
use std::str::FromStr;

use crate::error::LoadError;
use crate::outcome::Outcome;

/// Percentiles of corrected latency and their limits, such as `p99=5ms` or `p50=1ms,p99.9=20ms`.
#[derive(Debug, Clone, PartialEq)]
pub struct Objective {
    /// Quantile from 0 to 1, and limit in microseconds.
    limits: Vec<(f64, f64)>,
    text: String,
}

impl FromStr for Objective {
    type Err = LoadError;

    fn from_str(text: &str) -> Result<Self, LoadError> {
        let limits: Option<Vec<_>> = text.split(',').map(limit).collect();
        Ok(Self {
            limits: limits.ok_or_else(|| LoadError::Objective(text.to_owned()))?,
            text: text.to_owned(),
        })
    }
}

fn limit(text: &str) -> Option<(f64, f64)> {
    let (percentile, time) = text.trim().split_once('=')?;
    let percentile: f64 = percentile.strip_prefix('p')?.parse().ok()?;
    let digits = time.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
    let (number, unit) = time.split_at(digits);
    let us = match unit {
        "us" | "µs" => 1.0,
        "ms" => 1e3,
        "s" => 1e6,
        _ => return None,
    };
    let limit = number.parse::<f64>().ok()? * us;
    let valid = percentile > 0.0 && percentile < 100.0 && limit > 0.0 && limit.is_finite();
    valid.then_some((percentile / 100.0, limit))
}

impl fmt::Display for Objective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Objective {
    /// Why an outcome does not meet it; `None` if it does. Requests without a good answer, and
    /// a server that falls behind the rate, never do.
    pub fn miss(&self, outcome: &Outcome) -> Option<String> {
        let counts = &outcome.counts;
        let failed = counts.errors.total() + counts.unfinished + counts.dropped;
        if failed > 0 {
            return Some(format!("{failed} requests were not answered"));
        }
        if counts.wrong > 0 {
            return Some(format!("{} answers were wrong", counts.wrong));
        }
        if counts.good == 0 {
            return Some("nothing was answered".to_owned());
        }
        let latency = outcome.corrected.as_ref().unwrap_or(&outcome.uncorrected);
        let missed = self.limits.iter().find_map(|(quantile, limit)| {
            let is = latency.quantile_us(*quantile);
            (is > *limit).then(|| {
                format!(
                    "p{} was {:.2} ms, over {:.2} ms",
                    trimmed(quantile * 100.0),
                    is / 1e3,
                    limit / 1e3
                )
            })
        });
        missed.or_else(|| {
            let asked = outcome.plan.rate?;
            (outcome.rate < asked * 0.98).then(|| {
                format!(
                    "{:.0} a second were answered of {asked:.0} asked for",
                    outcome.rate
                )
            })
        })
    }
}

/// A percentile without what its binary form adds.
fn trimmed(percentile: f64) -> String {
    let text = format!("{percentile:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objectives_are_percentiles_with_times() {
        let objective: Objective = "p99=5ms,p99.9=0.02s,p50=900us".parse().expect("valid");
        assert_eq!(
            objective.limits,
            [(0.99, 5e3), (0.9990000000000001, 2e4), (0.5, 900.0)]
        );
        for text in [
            "", "p99", "p99=5", "99=5ms", "p0=1ms", "p100=1ms", "p99=-1ms", "p99=1m", "p99=ms",
        ] {
            assert!(text.parse::<Objective>().is_err(), "{text}");
        }
        assert_eq!(trimmed(99.9), "99.9");
        assert_eq!(trimmed(50.0), "50");
    }
}
