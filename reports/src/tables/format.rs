//! Numbers as text: one unit and one number of decimals for a whole column.

/// A unit for a column of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    /// The unit's name, for the heading.
    pub(crate) unit: &'static str,
    divisor: f64,
    decimals: usize,
}

const TIMES: [(&str, f64); 4] = [("s", 1e9), ("ms", 1e6), ("µs", 1e3), ("ns", 1.0)];
const SIZES: [(&str, f64); 4] = [
    ("GiB", 1_073_741_824.0),
    ("MiB", 1_048_576.0),
    ("KiB", 1_024.0),
    ("B", 1.0),
];

impl Scale {
    /// For nanoseconds: the largest unit in which the typical value is at least 1.
    pub(crate) fn times(values: impl IntoIterator<Item = f64>) -> Scale {
        Scale::among(&TIMES, values)
    }

    /// For bytes.
    pub(crate) fn sizes(values: impl IntoIterator<Item = f64>) -> Scale {
        Scale::among(&SIZES, values)
    }

    fn among(units: &[(&'static str, f64)], values: impl IntoIterator<Item = f64>) -> Scale {
        let mut values: Vec<f64> = values
            .into_iter()
            .filter(|value| value.is_finite() && *value > 0.0)
            .collect();
        values.sort_by(f64::total_cmp);
        let smallest = values.first().copied().unwrap_or(1.0);
        // The lower quartile decides: one tiny value shall not turn megabytes into bytes.
        let typical = values.get(values.len() / 4).copied().unwrap_or(1.0);
        let fits = |unit: &&(&'static str, f64)| typical >= unit.1;
        let (unit, divisor) = units.iter().find(fits).copied().unwrap_or(("ns", 1.0));
        let (unit, divisor) = if divisor <= 1.0 {
            units[units.len() - 1]
        } else {
            (unit, divisor)
        };
        let decimals = match smallest / divisor {
            _ if divisor <= 1.0 => 0,
            least if least < 10.0 => 2,
            least if least < 100.0 => 1,
            _ => 0,
        };
        Scale {
            unit,
            divisor,
            decimals,
        }
    }

    /// A value in this scale, without its unit.
    pub(crate) fn show(&self, value: f64) -> String {
        grouped(value / self.divisor, self.decimals)
    }

    /// A value that may be missing.
    pub(crate) fn maybe(&self, value: Option<f64>) -> String {
        value.map_or_else(dash, |value| self.show(value))
    }
}

/// What stands for a missing value.
pub(crate) fn dash() -> String {
    "–".to_owned()
}

/// A time with its own unit, to three digits.
pub(crate) fn time(ns: f64) -> String {
    with_unit(&TIMES, ns)
}

/// A size with its own unit, to three digits.
pub(crate) fn size(bytes: f64) -> String {
    with_unit(&SIZES, bytes)
}

/// A round value on a time axis: no decimals that say nothing.
pub(crate) fn time_tick(ns: f64) -> String {
    tick(&TIMES, ns)
}

/// A round value on an axis of bytes.
pub(crate) fn size_tick(bytes: f64) -> String {
    tick(&SIZES, bytes)
}

/// The unit that [`size`] uses, in bytes.
pub(crate) fn size_unit(bytes: f64) -> f64 {
    SIZES
        .iter()
        .find(|unit| bytes >= unit.1)
        .map_or(1.0, |unit| unit.1)
}

/// A number to three digits without trailing zeros.
pub(crate) fn short_digits(value: f64) -> String {
    let text = digits(value);
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn tick(units: &[(&'static str, f64)], value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let text = with_unit(units, value);
    let (number, unit) = text.split_once(' ').unwrap_or((&text, ""));
    if !number.contains('.') {
        return text;
    }
    format!(
        "{} {unit}",
        number.trim_end_matches('0').trim_end_matches('.')
    )
}

fn with_unit(units: &[(&'static str, f64)], value: f64) -> String {
    let fits = |unit: &&(&'static str, f64)| value >= unit.1 * 0.999_5;
    let (unit, divisor) = units
        .iter()
        .find(fits)
        .copied()
        .unwrap_or(units[units.len() - 1]);
    format!("{} {unit}", digits(value / divisor))
}

/// Three digits, thousands grouped.
pub(crate) fn digits(value: f64) -> String {
    let decimals = match value.abs() {
        0.0 => 0,
        size if size < 9.995 => 2,
        size if size < 99.95 => 1,
        _ => 0,
    };
    grouped(value, decimals)
}

/// A ratio: two decimals up to 10, fewer beyond.
pub(crate) fn ratio(value: f64) -> String {
    digits(value)
}

/// A count, thousands grouped.
pub(crate) fn count(value: f64) -> String {
    grouped(value, 0)
}

/// Nanoseconds, with decimals only where they matter.
pub(crate) fn grouped_ns(ns: f64) -> String {
    grouped(ns, usize::from(ns < 1_000.0))
}

/// A round count for an axis: `1`, `100`, `10k`, `1M`.
pub(crate) fn short_count(value: f64) -> String {
    let units = [("G", 1e9), ("M", 1e6), ("k", 1e3)];
    match units.into_iter().find(|(_, size)| value >= *size) {
        Some((unit, size)) => format!("{}{unit}", short_digits(value / size)),
        None => short_digits(value),
    }
}

/// A count per transaction: whole where it is whole.
pub(crate) fn rate(value: f64) -> String {
    if value.fract() == 0.0 {
        count(value)
    } else {
        digits(value)
    }
}

fn grouped(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return dash();
    }
    let text = format!("{value:.decimals$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let (sign, whole) = whole
        .strip_prefix('-')
        .map_or(("", whole), |whole| ("-", whole));
    let mut out = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// `2026-11-20 21:30:00 UTC`; empty for 0, which stands for unknown.
pub(crate) fn moment(unix_ms: u64) -> String {
    let stamp = i64::try_from(unix_ms).ok().filter(|ms| *ms > 0);
    let stamp = stamp.and_then(|ms| jiff::Timestamp::from_second(ms / 1_000).ok());
    stamp
        .map(|stamp| stamp.to_string().replace('T', " ").replace('Z', " UTC"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_shares_unit_and_decimals() {
        let scale = Scale::times([7_600.0, 118_000.0]);
        assert_eq!((scale.unit, scale.show(7_600.0).as_str()), ("µs", "7.60"));
        assert_eq!(scale.show(1_118_000.0), "1,118.00");
        assert_eq!(Scale::times([310.0]).show(310.0), "310");
        assert_eq!(Scale::times([]).unit, "ns");
        assert_eq!(Scale::sizes([]).unit, "B");
    }

    #[test]
    fn single_values_carry_three_digits_and_their_unit() {
        assert_eq!(time(0.0), "0 ns");
        assert_eq!(time(1_234_567.0), "1.23 ms");
        assert_eq!(size(1_179_648.0), "1.12 MiB");
        assert_eq!(digits(1_234_567.0), "1,234,567");
        assert_eq!(digits(f64::NAN), "–");
        assert_eq!(digits(-1_234.0), "-1,234");
    }

    #[test]
    fn moments_are_utc() {
        assert_eq!(moment(1_000_000_000_123), "2001-09-09 01:46:40 UTC");
        assert_eq!(moment(0), "");
    }
}
