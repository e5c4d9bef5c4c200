//! Numbers with a range, as options take them.

use std::time::Duration;

pub(super) fn milliseconds(text: &str) -> Result<Duration, String> {
    positive(text, 3_600_000).map(Duration::from_millis)
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    positive(text, 86_400).map(Duration::from_secs)
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
    fn times_must_be_positive_whole_numbers() {
        for text in ["0", "-1", "1.5", "", "99999999999"] {
            assert!(
                milliseconds(text).is_err() && seconds(text).is_err(),
                "{text:?}"
            );
        }
        assert_eq!(milliseconds("20"), Ok(Duration::from_millis(20)));
    }
}
