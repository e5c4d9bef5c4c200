//! Charts of rows: a name to the left, values to the right.

use super::canvas::{Anchor, Canvas, draw};
use super::span::Span;
use super::{ChartError, Frame, Ink, Unit, datum, fitted};
use crate::statistics::Interval;
use crate::tables::{Entry, Table};

/// Rows that are drawn; a longer chart nobody can read.
const MOST: usize = 40;

/// One row of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    name: String,
    parts: Vec<(f64, Ink)>,
    interval: Option<Interval>,
    words: Option<String>,
}

impl Bar {
    /// A row of one value.
    pub fn new(name: impl Into<String>, value: f64, ink: Ink) -> Bar {
        Bar {
            name: name.into(),
            parts: vec![(value, ink)],
            interval: None,
            words: None,
        }
    }

    /// A row of several values.
    pub fn of_parts(name: impl Into<String>, parts: Vec<(f64, Ink)>) -> Bar {
        Bar {
            parts,
            ..Bar::new(name, 0.0, Ink::Text)
        }
    }

    /// Draws an interval around the value.
    #[must_use]
    pub fn interval(mut self, interval: Option<Interval>) -> Bar {
        self.interval = interval;
        self
    }

    /// Words at the bar's end, in place of its value.
    #[must_use]
    pub fn words(mut self, words: impl Into<String>) -> Bar {
        self.words = Some(words.into());
        self
    }

    fn total(&self) -> f64 {
        self.parts.iter().map(|(value, _)| *value).sum()
    }
}

/// How rows are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Style {
    /// Parts beside each other from zero.
    Stacked,
    /// Parts under each other, each from zero.
    Grouped,
    /// A mark on a log axis with a line at 1.
    Ratios,
}

/// All rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bars {
    bars: Vec<Bar>,
    unit: Unit,
    style: Style,
}

/// Where things stand in a drawing.
struct Layout {
    left: i32,
    bottom: i32,
    step: i32,
}

impl Bars {
    pub(super) fn new(bars: Vec<Bar>, unit: Unit, style: Style) -> Bars {
        Bars { bars, unit, style }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bars.is_empty()
    }

    pub(super) fn left_out(&self) -> Option<String> {
        let all = self.bars.len();
        (all > MOST).then(|| format!("The first {MOST} of {all} rows are drawn."))
    }

    fn drawn(&self) -> &[Bar] {
        &self.bars[..self.bars.len().min(MOST)]
    }

    fn words(&self, bar: &Bar) -> String {
        match &bar.words {
            Some(words) => words.clone(),
            None => self.unit.show(bar.total()),
        }
    }

    /// The values as a listener would want them.
    pub(super) fn spoken(&self) -> String {
        let one = |bar: &Bar| format!("{} {}", bar.name, self.words(bar));
        let all: Vec<String> = self.drawn().iter().map(one).collect();
        all.join(", ")
    }

    pub(super) fn data(&self) -> Table {
        let parts = self.bars.iter().map(|bar| bar.parts.len()).max();
        let unit = self.unit.name();
        let mut table = Table::new("Data").words("Name");
        for part in 1..=parts.unwrap_or(0) {
            let heading = match parts {
                Some(1) => "Value".to_owned(),
                _ => format!("Part {part}"),
            };
            table = table.numbers(heading, unit);
        }
        let with_intervals = self.bars.iter().any(|bar| bar.interval.is_some());
        if with_intervals {
            table = table.numbers("Low", unit).numbers("High", unit);
        }
        for bar in &self.bars {
            let mut row = vec![Entry::from(bar.name.as_str())];
            let values = bar.parts.iter().map(|(value, _)| datum(*value).into());
            row.extend(values);
            row.resize(1 + parts.unwrap_or(0), "".into());
            if with_intervals {
                let end = |end: fn(Interval) -> f64| {
                    bar.interval.map(|i| datum(end(i))).unwrap_or_default()
                };
                row.push(end(|interval| interval.low).into());
                row.push(end(|interval| interval.high).into());
            }
            table.row(row);
        }
        table
    }

    pub(super) fn draw(&self, frame: Frame, label: &str) -> Result<String, ChartError> {
        let bars = self.drawn();
        let letters = |text: &dyn Fn(&Bar) -> usize| bars.iter().map(text).max().unwrap_or(0);
        let longest = letters(&|bar| self.words(bar).chars().count()) as i32;
        let names = letters(&|bar| bar.name.chars().count()) as i32;
        // On narrow pages the name stands above its bar.
        let (left, step) = match frame.narrow {
            true => (6, 38),
            false => ((names.min(32) * 7 + 12).max(90), 26),
        };
        let layout = Layout {
            left,
            step,
            bottom: 8 + step * bars.len() as i32,
        };
        let right = (frame.width - longest * 7 - 12).max(left + 60);
        let size = (frame.width as u32, (layout.bottom + 26) as u32);
        let span = self.span(left, right);
        draw(size, label, |canvas| {
            self.grid(canvas, frame, &span, &layout)?;
            let tops = (8..).step_by(step as usize);
            for (bar, top) in bars.iter().zip(tops) {
                self.row(canvas, frame, &span, &layout, (bar, top))?;
            }
            Ok(())
        })
    }

    fn span(&self, left: i32, right: i32) -> Span {
        if self.style == Style::Ratios {
            let ends = self.drawn().iter().flat_map(|bar| {
                let interval = bar.interval.map(|interval| [interval.low, interval.high]);
                interval.into_iter().flatten().chain([bar.total()])
            });
            return Span::log(ends.chain([1.0]), left, right);
        }
        let most = self.widest();
        Span::from_zero(most, self.unit.step(most), left, right)
    }

    fn widest(&self) -> f64 {
        let width = |bar: &Bar| {
            let drawn = match self.style {
                Style::Grouped => bar.parts.iter().map(|part| part.0).fold(0.0, f64::max),
                _ => bar.total(),
            };
            bar.interval
                .map_or(drawn, |interval| interval.high.max(drawn))
        };
        self.drawn().iter().map(width).fold(0.0, f64::max)
    }

    fn grid(
        &self,
        canvas: &Canvas<'_>,
        frame: Frame,
        span: &Span,
        layout: &Layout,
    ) -> Result<(), ChartError> {
        let rows = self.drawn().len();
        let tops = || (8..).step_by(layout.step as usize).take(rows);
        // Names stand above the bars on narrow pages: lines pause for them.
        let upright = |x: i32, ink: Ink| match frame.narrow {
            true => tops().try_for_each(|top| canvas.line([(x, top + 15), (x, top + 37)], ink, 1)),
            false => canvas.line([(x, 4), (x, layout.bottom)], ink, 1),
        };
        for value in span.ticks(if frame.narrow { 4 } else { 7 }) {
            let x = span.at(value);
            upright(x, Ink::Grid)?;
            let (anchor, x) = match x {
                ..24 => (Anchor::Start, 0),
                x => (Anchor::Middle, x),
            };
            let words = self.unit.tick(value);
            canvas.text(&words, (x, layout.bottom + 14), anchor, Ink::Muted)?;
        }
        if self.style == Style::Ratios {
            upright(span.at(1.0), Ink::Text)?;
        }
        Ok(())
    }

    fn row(
        &self,
        canvas: &Canvas<'_>,
        frame: Frame,
        span: &Span,
        layout: &Layout,
        (bar, top): (&Bar, i32),
    ) -> Result<(), ChartError> {
        let name = fitted(&bar.name, if frame.narrow { 44 } else { 32 });
        let middle = match frame.narrow {
            true => {
                canvas.text(&name, (layout.left, top + 8), Anchor::Start, Ink::Text)?;
                top + 26
            }
            false => {
                let middle = top + layout.step / 2;
                canvas.text(&name, (layout.left - 10, middle), Anchor::End, Ink::Text)?;
                middle
            }
        };
        let end = self.shape(canvas, bar, span, middle)?;
        let at = (end + 8, middle);
        canvas.text(&self.words(bar), at, Anchor::Start, Ink::Text)
    }

    /// Draws a row's shape and says where it ends.
    fn shape(
        &self,
        canvas: &Canvas<'_>,
        bar: &Bar,
        span: &Span,
        middle: i32,
    ) -> Result<i32, ChartError> {
        let mut end = span.at(0.0);
        let mut sum = 0.0;
        // Three or more lines in a row of bars are thinner.
        let (pitch, thick) = match bar.parts.len() {
            0..=2 => (8, 6),
            many => (20 / many as i32, (20 / many as i32 - 1).max(1)),
        };
        for ((value, ink), line) in bar.parts.iter().zip(0..) {
            match self.style {
                Style::Ratios => {
                    canvas.mark((span.at(*value), middle), *ink)?;
                    end = span.at(*value) + 5;
                }
                Style::Grouped => {
                    let top = middle - pitch * bar.parts.len() as i32 / 2 + 1 + line * pitch;
                    canvas.block((span.at(0.0), top), (span.at(*value), top + thick), *ink)?;
                    end = end.max(span.at(*value));
                }
                Style::Stacked => {
                    let from = span.at(sum);
                    sum += value;
                    end = span.at(sum);
                    if end > from {
                        canvas.block((from, middle - 7), (end, middle + 7), *ink)?;
                    }
                }
            }
        }
        if let Some(interval) = bar.interval {
            let (low, high) = (span.at(interval.low), span.at(interval.high));
            canvas.whisker(low, high, middle, Ink::Text)?;
            end = end.max(high);
        }
        Ok(end)
    }
}
