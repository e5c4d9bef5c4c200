//! Spans: the values of an axis laid onto pixels, and where its ticks stand.

/// An axis from `low` to `high`, drawn from pixel `from` to pixel `to`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    low: f64,
    high: f64,
    from: i32,
    to: i32,
    logarithmic: bool,
    /// What round values are multiples of: 1, or a power of 1,024 for bytes.
    unit: f64,
}

impl Span {
    /// A linear axis from zero to a little above `high`.
    pub(super) fn from_zero(high: f64, unit: f64, from: i32, to: i32) -> Span {
        let high = if high.is_finite() && high > 0.0 {
            high.min(1e150) * 1.02
        } else {
            1.0
        };
        Span {
            low: 0.0,
            high,
            from,
            to,
            logarithmic: false,
            unit,
        }
    }

    /// A logarithmic axis around values; those not above zero are ignored.
    pub(super) fn log(values: impl IntoIterator<Item = f64>, from: i32, to: i32) -> Span {
        let usable = values
            .into_iter()
            .filter(|value| value.is_finite() && *value > 0.0)
            // Beyond these even the ends of the axis would not be finite.
            .map(|value| value.clamp(1e-150, 1e150));
        let (low, high) = usable.fold((f64::INFINITY, 0.0_f64), |(low, high), v| {
            (low.min(v), high.max(v))
        });
        let (low, high) = if low <= high {
            (low, high)
        } else {
            (1.0, 10.0)
        };
        // Room at both ends, and never less than a factor of 1.5 in all: noise
        // on almost equal values shall not fill the picture.
        let room = (high / low).powf(0.04).max(1.22);
        Span {
            low: low / room,
            high: high * room,
            from,
            to,
            logarithmic: true,
            unit: 1.0,
        }
    }

    /// From one value to another without room at the ends: curves begin on the frame.
    pub(super) fn between(low: f64, high: f64, logarithmic: bool, from: i32, to: i32) -> Span {
        let usable = |value: f64| value.is_finite() && (!logarithmic || value > 0.0);
        let (low, high) = (low.clamp(-1e150, 1e150), high.clamp(-1e150, 1e150));
        let low = if usable(low) {
            low
        } else {
            f64::from(u8::from(logarithmic))
        };
        let high = if usable(high) && high > low {
            high
        } else if logarithmic {
            low * 1.5
        } else {
            low + 1.0
        };
        Span {
            low,
            high,
            from,
            to,
            logarithmic,
            unit: 1.0,
        }
    }

    /// The pixel of a value, kept on the axis.
    pub(super) fn at(&self, value: f64) -> i32 {
        self.exactly(value).round() as i32
    }

    /// As [`Span::at`], with parts of pixels.
    pub(super) fn exactly(&self, value: f64) -> f64 {
        let share = match self.logarithmic {
            true => (value / self.low).ln() / (self.high / self.low).ln(),
            false => (value - self.low) / (self.high - self.low),
        };
        let share = if share.is_nan() {
            0.0
        } else {
            share.clamp(0.0, 1.0)
        };
        f64::from(self.from) + share * f64::from(self.to - self.from)
    }

    /// Round values for at most `most` ticks (a few more on short log axes).
    pub(super) fn ticks(&self, most: usize) -> Vec<f64> {
        if self.logarithmic {
            self.log_ticks(most)
        } else {
            self.linear_ticks(most)
        }
    }

    fn linear_ticks(&self, most: usize) -> Vec<f64> {
        let raw = (self.high - self.low) / self.unit / most.max(1) as f64;
        let power = 10_f64.powf(raw.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .map(|m| m * power)
            .into_iter()
            .find(|s| *s >= raw);
        let step = step.unwrap_or(raw) * self.unit;
        let first = (self.low / step).ceil();
        (0..64)
            .map(|i| (first + f64::from(i)) * step)
            .take_while(|tick| *tick <= self.high)
            .collect()
    }

    fn log_ticks(&self, most: usize) -> Vec<f64> {
        let (first, last) = (
            self.low.log10().floor() as i32,
            self.high.log10().ceil() as i32,
        );
        let within = |tick: &f64| (self.low..=self.high).contains(tick);
        let with = |multiples: &[f64]| -> Vec<f64> {
            let decade = |power| multiples.iter().map(move |m| m * 10_f64.powi(power));
            (first..=last).flat_map(decade).filter(within).collect()
        };
        let fine: [&[f64]; 4] = [
            &[1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0],
            &[1.0, 1.5, 2.0, 3.0, 5.0, 7.0],
            &[1.0, 2.0, 5.0],
            &[1.0, 3.0],
        ];
        for multiples in fine {
            let ticks = with(multiples);
            if ticks.len() <= most {
                return ticks;
            }
        }
        let decades = with(&[1.0]);
        let every = decades.len().div_ceil(most.max(1)).max(1);
        decades.into_iter().step_by(every).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[test]
    fn bars_start_at_zero_and_ticks_are_round() {
        let axis = Span::from_zero(73.0, 1.0, 100, 500);
        assert_eq!(axis.at(0.0), 100);
        assert_eq!(axis.ticks(5), vec![0.0, 20.0, 40.0, 60.0]);
    }

    #[test]
    fn a_span_that_does_not_start_at_zero_has_round_ticks_within_it() {
        let span = Span::between(98.0, 111.0, false, 0, 130);
        assert_eq!(span.ticks(5), vec![100.0, 105.0, 110.0]);
        assert_eq!((span.at(98.0), span.at(111.0)), (0, 130));
        let none = Span::between(f64::INFINITY, f64::NEG_INFINITY, true, 0, 130);
        assert!(!none.ticks(5).is_empty());
    }

    #[test]
    fn bytes_have_ticks_that_are_round_in_their_unit() {
        let mebi = 1_048_576.0;
        let axis = Span::from_zero(17.0 * mebi, mebi, 0, 100);
        assert_eq!(axis.ticks(5), [0.0, 5.0, 10.0, 15.0].map(|m| m * mebi));
    }

    #[test]
    fn a_log_axis_keeps_ratios_and_survives_nonsense() {
        let axis = Span::log([1.0, 100.0, f64::NAN, 0.0], 0, 1_000);
        assert_eq!(axis.at(10.0), 500);
        assert!(axis.ticks(6).contains(&10.0));
        assert_eq!(axis.at(f64::NAN), 0);
        let vast = Span::log([1.0, 1e300, 1e-300], 0, 10);
        assert!(vast.ticks(4).len() < 20);
        let empty = Span::log([], 0, 10);
        assert!(!empty.ticks(4).is_empty());
        assert!(!Span::from_zero(f64::NAN, 1.0, 0, 10).ticks(4).is_empty());
    }
}
