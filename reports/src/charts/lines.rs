//! Charts of lines, each named at its end.

use super::axes::Axis;
use super::canvas::{Anchor, Canvas, draw};
use super::span::Span;
use super::{ChartError, Frame, Ink, datum, fitted};
use crate::tables::{Entry, Table};

/// Lines that are drawn; more nobody can tell apart.
const MOST: usize = 32;

/// Height of a name at a line's end.
const LINE: i32 = 15;

/// Pixels between the middles of two ticks' words.
const TICK_ROOM: i32 = 38;

/// A line with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    name: String,
    ink: Ink,
    dashed: bool,
    points: Vec<(f64, f64)>,
    band: Vec<(f64, f64, f64)>,
    marks: Vec<(f64, f64)>,
}

impl Line {
    /// A line through points, in the order in which they stand.
    pub fn new(name: impl Into<String>, ink: Ink, points: Vec<(f64, f64)>) -> Line {
        Line {
            name: name.into(),
            ink,
            dashed: false,
            points,
            band: Vec::new(),
            marks: Vec::new(),
        }
    }

    /// Draws it dashed.
    #[must_use]
    pub fn dashed(mut self, dashed: bool) -> Line {
        self.dashed = dashed;
        self
    }

    /// A band around it: at each x from low to high, for example an interval.
    #[must_use]
    pub fn band(mut self, band: Vec<(f64, f64, f64)>) -> Line {
        self.band = band;
        self
    }

    /// Points that are marked, for example changes or where a limit is reached.
    #[must_use]
    pub fn marks(mut self, marks: Vec<(f64, f64)>) -> Line {
        self.marks = marks;
        self
    }
}

/// All lines with their axes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lines {
    x: Axis,
    y: Axis,
    lines: Vec<Line>,
}

impl Lines {
    pub(super) fn new(x: Axis, y: Axis, lines: Vec<Line>) -> Lines {
        Lines { x, y, lines }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| line.points.is_empty())
    }

    pub(super) fn left_out(&self) -> Option<String> {
        let all = self.lines.len();
        (all > MOST).then(|| format!("The first {MOST} of {all} lines are drawn."))
    }

    fn drawn(&self) -> &[Line] {
        &self.lines[..self.lines.len().min(MOST)]
    }

    pub(super) fn spoken(&self) -> String {
        let names: Vec<&str> = self.drawn().iter().map(|line| line.name.as_str()).collect();
        let (x, y) = (&self.x.title, &self.y.title);
        format!("{y} by {x}, one line each for {}.", names.join(", "))
    }

    pub(super) fn data(&self) -> Table {
        let title = |axis: &Axis, other: &str| match axis.title.as_str() {
            "" => other.to_owned(),
            title => title.to_owned(),
        };
        let unit = self.y.unit.name();
        let mut table = Table::new("Data")
            .words("Name")
            .numbers(title(&self.x, "x"), self.x.unit.name())
            .numbers(title(&self.y, "y"), unit);
        let with_bands = self.lines.iter().any(|line| !line.band.is_empty());
        if with_bands {
            table = table.numbers("Low", unit).numbers("High", unit);
        }
        for line in &self.lines {
            for (x, y) in &line.points {
                let mut row = vec![
                    Entry::from(line.name.as_str()),
                    datum(*x).into(),
                    datum(*y).into(),
                ];
                if with_bands {
                    let band = line.band.iter().find(|(at, ..)| at == x);
                    row.push(band.map(|band| datum(band.1)).unwrap_or_default().into());
                    row.push(band.map(|band| datum(band.2)).unwrap_or_default().into());
                }
                table.row(row);
            }
        }
        table
    }

    pub(super) fn draw(&self, frame: Frame, label: &str) -> Result<String, ChartError> {
        let lines = self.drawn();
        let most = if frame.narrow { 22 } else { 30 };
        let names = lines.iter().map(|line| line.name.chars().count()).max();
        let names = names.unwrap_or(0).min(most) as i32;
        let (left, right) = (62, frame.width - (names * 7 + 14));
        let least = if frame.narrow { 260 } else { 340 };
        let bottom = 10 + least.max(LINE * lines.len() as i32);
        let size = (frame.width as u32, (bottom + 44) as u32);
        let all = || lines.iter().flat_map(|line| &line.points);
        let bands = || lines.iter().flat_map(|line| &line.band);
        let x = self
            .x
            .span(all().map(|point| point.0), (left, right), false);
        let values = all().map(|point| point.1);
        let values = values.chain(bands().flat_map(|(_, low, high)| [*low, *high]));
        let y = self.y.span(values, (bottom, 10), true);
        draw(size, label, |canvas| {
            for (at, words) in self.y.marks(&y, 7, LINE) {
                canvas.line([(left, at), (right, at)], Ink::Grid, 1)?;
                canvas.text(&words, (left - 8, at), Anchor::End, Ink::Muted)?;
            }
            let ticks = if frame.narrow { 4 } else { 8 };
            for (at, words) in self.x.marks(&x, ticks, TICK_ROOM) {
                canvas.line([(at, 10), (at, bottom)], Ink::Grid, 1)?;
                canvas.text(&words, (at, bottom + 14), Anchor::Middle, Ink::Muted)?;
            }
            let under = ((left + right) / 2, bottom + 34);
            canvas.text(&self.x.title, under, Anchor::Middle, Ink::Muted)?;
            for line in lines {
                trace(canvas, line, &x, &y)?;
            }
            names_at_ends(canvas, lines, &y, (right, bottom), most)
        })
    }
}

fn trace(canvas: &Canvas<'_>, line: &Line, x: &Span, y: &Span) -> Result<(), ChartError> {
    let place = |(at, value): (f64, f64)| (x.exactly(at), y.exactly(value));
    if line.band.len() > 1 {
        let upper = line.band.iter().map(|(at, _, high)| place((*at, *high)));
        let lower = line.band.iter().rev();
        let lower = lower.map(|(at, low, _)| place((*at, *low)));
        canvas.band(upper.chain(lower), line.ink)?;
    }
    let points = line.points.iter().copied().map(place);
    canvas.curve(points, line.ink, line.dashed)?;
    if let [(at, value)] = line.points[..] {
        canvas.dot((x.at(at), y.at(value)), 3, line.ink, true)?;
    }
    for (at, value) in &line.marks {
        canvas.mark((x.at(*at), y.at(*value)), line.ink)?;
    }
    Ok(())
}

/// Names the lines at the right edge, moved apart where they would overlap.
fn names_at_ends(
    canvas: &Canvas<'_>,
    lines: &[Line],
    vertical: &Span,
    (right, bottom): (i32, i32),
    most: usize,
) -> Result<(), ChartError> {
    let end = |line: &Line| line.points.last().map_or(bottom, |(_, y)| vertical.at(*y));
    let mut ends: Vec<(i32, &Line)> = lines.iter().map(|line| (end(line), line)).collect();
    ends.sort_by_key(|(y, _)| *y);
    let mut least = 10;
    for (y, _) in &mut ends {
        *y = (*y).max(least);
        least = *y + LINE;
    }
    // Pushed below the frame: back up from the bottom.
    let mut limit = bottom;
    for (y, _) in ends.iter_mut().rev() {
        *y = (*y).min(limit);
        limit = *y - LINE;
    }
    for (y, line) in ends {
        let name = fitted(&line.name, most);
        canvas.text(&name, (right + 8, y), Anchor::Start, line.ink)?;
    }
    Ok(())
}
