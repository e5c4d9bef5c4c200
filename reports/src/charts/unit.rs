//! Units of axes and values.

use crate::tables::format::{
    count, digits, ratio, short_count, short_digits, size, size_tick, size_unit, time, time_tick,
};

/// What a number of a chart counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Time in nanoseconds; shown in the unit that fits.
    Nanoseconds,
    /// Bytes; shown in the unit that fits.
    Bytes,
    /// A count.
    Count,
    /// A count for each second.
    PerSecond,
    /// A ratio, shown as `1.25×`.
    Ratio,
    /// A share, 0 to 1, shown in per cent.
    Share,
    /// Anything else, with the name of its unit; may be empty.
    Plain(&'static str),
}

impl Unit {
    /// A value with its unit, to three digits.
    pub fn show(self, value: f64) -> String {
        match self {
            Unit::Nanoseconds => time(value),
            Unit::Bytes => size(value),
            Unit::Count if value.fract() == 0.0 => count(value),
            Unit::Count => digits(value),
            Unit::PerSecond => format!("{}/s", digits(value)),
            Unit::Ratio => format!("{}×", ratio(value)),
            Unit::Share => format!("{} %", digits(value * 100.0)),
            Unit::Plain("") => digits(value),
            Unit::Plain(name) => format!("{} {name}", digits(value)),
        }
    }

    /// A round value of an axis.
    pub(super) fn tick(self, value: f64) -> String {
        match self {
            Unit::Nanoseconds => time_tick(value),
            Unit::Bytes => size_tick(value),
            Unit::Count => short_count(value),
            Unit::PerSecond => format!("{}/s", short_count(value)),
            Unit::Ratio => format!("{}×", short_digits(value)),
            Unit::Share => format!("{} %", short_digits(value * 100.0)),
            Unit::Plain(_) => short_digits(value),
        }
    }

    /// What round values up to `most` are multiples of.
    pub(super) fn step(self, most: f64) -> f64 {
        match self {
            Unit::Bytes => size_unit(most),
            _ => 1.0,
        }
    }

    /// The name of the unit in which data is written; empty where there is none.
    pub(super) fn name(self) -> &'static str {
        match self {
            Unit::Nanoseconds => "ns",
            Unit::Bytes => "B",
            Unit::PerSecond => "1/s",
            Unit::Count | Unit::Ratio | Unit::Share => "",
            Unit::Plain(name) => name,
        }
    }
}
