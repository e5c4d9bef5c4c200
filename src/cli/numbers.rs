//! Numbers with a range, as options take them.

use std::time::Duration;

pub(super) fn milliseconds(text: &str) -> Result<Duration, String> {
    positive(text, 3_600_000).map(Duration::from_millis)
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    positive(text, 86_400).map(Duration::from_secs)
}

/// A share, written `1%`, `0.5 %` or `0.01`.
pub(crate) fn percent(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let (number, scale) = match text.strip_suffix('%') {
        Some(number) => (number.trim_end(), 100.0),
        None => (text, 1.0),
    };
    match number.parse::<f64>() {
        Ok(number) if (0.0..=1_000.0).contains(&(number / scale)) => Ok(number / scale),
        _ => Err("give a share such as 1% or 0.01".to_owned()),
    }
}

/// Seconds with a fraction, such as `0.5`; zero too.
pub(super) fn decimal_seconds(text: &str) -> Result<Duration, String> {
    let wrong = || "give seconds from 0 to 86400, such as 10 or 0.5".to_owned();
    match text.parse::<f64>() {
        Ok(number) if (0.0..=86_400.0).contains(&number) => {
            Duration::try_from_secs_f64(number).map_err(|_| wrong())
        }
        _ => Err(wrong()),
    }
}

/// Connections over all threads.
pub(super) fn connections(text: &str) -> Result<usize, String> {
    let number = positive(text, 100_000)?;
    usize::try_from(number).map_err(|_| "give fewer".to_owned())
}

fn positive(text: &str, limit: u64) -> Result<u64, String> {
    match text.parse() {
        Ok(number) if (1..=limit).contains(&number) => Ok(number),
        _ => Err(format!("give a whole number from 1 to {limit}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_percent_or_plain() {
        for (text, share) in [("1%", 0.01), ("0.5 %", 0.005), ("0.01", 0.01), ("0", 0.0)] {
            assert_eq!(percent(text), Ok(share), "{text}");
        }
        for text in ["", "%", "-1%", "one", "nan", "inf%"] {
            assert!(percent(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_must_be_positive_whole_numbers() {
        for text in ["0", "-1", "1.5", "", "99999999999"] {
            assert!(
                milliseconds(text).is_err() && seconds(text).is_err(),
                "{text:?}"
            );
        }
        for text in ["-1", "NaN", "inf", "", "1s", "86401"] {
            assert!(decimal_seconds(text).is_err(), "{text:?}");
        }
        assert_eq!(decimal_seconds("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(milliseconds("20"), Ok(Duration::from_millis(20)));
    }
}
