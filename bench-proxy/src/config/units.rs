//! Times and sizes with their units.

use std::time::Duration;

/// `250ms`, `1.5s`, `5m`, `1h`; the longest is a year.
pub(super) fn time(text: &str) -> Option<Duration> {
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(at);
    let scale = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    let seconds = number.parse::<f64>().ok()? * scale;
    let time = Duration::try_from_secs_f64(seconds).ok()?;
    (time <= Duration::from_secs(365 * 24 * 3600)).then_some(time)
}

/// `1000`, `64KiB`, `1MiB`, `2GiB`.
pub(super) fn size(text: &str) -> Option<u64> {
    let at = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let shift = match unit.trim_start() {
        "" | "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_need_a_unit() {
        assert_eq!(time("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(time("1.5s"), Some(Duration::from_millis(1500)));
        assert_eq!(time("2m"), Some(Duration::from_secs(120)));
        for text in ["", "5", "s", "-1s", "1 s", "1.2.3s", "9999999h"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_are_bytes_unless_they_say_more() {
        assert_eq!(size("17"), Some(17));
        assert_eq!(size("64KiB"), Some(65_536));
        assert_eq!(size("1 MiB"), Some(1 << 20));
        for text in ["", "KiB", "1kb", "-1", "99999999999GiB"] {
            assert_eq!(size(text), None, "{text}");
        }
    }
}
