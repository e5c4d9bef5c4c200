//! The axes of charts of lines and of points.

use super::Unit;
use super::span::Span;

/// An axis: what it shows and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    pub(super) title: String,
    pub(super) unit: Unit,
    pub(super) logarithmic: bool,
    pub(super) low: Option<f64>,
    pub(super) ticks: Vec<(f64, String)>,
}

impl Axis {
    /// A linear axis that begins at zero.
    pub fn linear(title: impl Into<String>, unit: Unit) -> Axis {
        Axis {
            title: title.into(),
            unit,
            logarithmic: false,
            low: Some(0.0),
            ticks: Vec::new(),
        }
    }

    /// A logarithmic axis over the values.
    pub fn log(title: impl Into<String>, unit: Unit) -> Axis {
        Axis {
            logarithmic: true,
            low: None,
            ..Axis::linear(title, unit)
        }
    }

    /// A linear axis over the values only, where zero is no point of reference.
    pub fn around(title: impl Into<String>, unit: Unit) -> Axis {
        Axis {
            low: None,
            ..Axis::linear(title, unit)
        }
    }

    /// Ticks in place of round values.
    #[must_use]
    pub fn ticks(mut self, ticks: impl IntoIterator<Item = (f64, String)>) -> Axis {
        self.ticks = ticks.into_iter().collect();
        self
    }

    /// The axis on pixels; `room` leaves some beyond the values.
    pub(super) fn span(
        &self,
        values: impl Iterator<Item = f64>,
        (from, to): (i32, i32),
        room: bool,
    ) -> Span {
        let values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if self.logarithmic && room {
            return Span::log(values, from, to);
        }
        if self.logarithmic {
            let above = values.iter().copied().filter(|value| *value > 0.0);
            return Span::between(above.fold(f64::INFINITY, f64::min), most, true, from, to);
        }
        match self.low {
            Some(low) if least >= low && low == 0.0 && room => {
                Span::from_zero(most, self.unit.step(most), from, to)
            }
            low => {
                let spare = if room { (most - least) * 0.06 } else { 0.0 };
                let low = low.map_or(least - spare, |low| low.min(least));
                Span::between(low, most + spare, false, from, to)
            }
        }
    }

    /// Ticks with their words, those that have room.
    pub(super) fn marks(&self, span: &Span, most: usize, room: i32) -> Vec<(i32, String)> {
        if self.ticks.is_empty() {
            let words = |value: f64| (span.at(value), self.unit.tick(value));
            return span.ticks(most).into_iter().map(words).collect();
        }
        // From the far end, since the tail matters most: those that have room.
        let mut free = i32::MAX;
        let mut marks = Vec::new();
        for (value, name) in self.ticks.iter().rev() {
            let at = span.at(*value);
            if at <= free {
                free = at - room;
                marks.push((at, name.clone()));
            }
        }
        marks
    }
}
