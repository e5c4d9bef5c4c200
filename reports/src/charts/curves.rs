//! Charts of curves: one line for each runtime, named at its end.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Ink, draw};
use super::{Chart, ChartError, Frame, both, fitted, ink_of, kind_legend};
use crate::model::ModeKind;
use crate::summary::{CellSummary, Group};
use crate::tables::format::{short_count, short_digits, time_tick};

/// Height of a name at a line's end.
const LINE: i32 = 15;

/// Pixels between the middles of two ticks' words.
const TICK_ROOM: i32 = 38;

/// A line with its name.
struct Curve {
    name: String,
    kind: ModeKind,
    points: Vec<(f64, f64)>,
}

/// What the axes of a chart of curves show.
struct Axes {
    /// Values that the horizontal axis spans.
    x: Vec<f64>,
    /// Ticks of the horizontal axis, when they are not simply round values.
    x_ticks: Option<Vec<(f64, String)>>,
    x_title: &'static str,
    /// Words for a round value on it.
    x_tick: fn(f64) -> String,
}

/// Latency over the percentile, both logarithmic: the tail gets the room it needs.
pub(crate) fn percentiles(group: &Group) -> Result<Option<Chart>, ChartError> {
    let curve = |cell: &CellSummary| {
        let latency = cell.latency.as_ref()?;
        // Percentile 99 is one in a hundred: the axis counts those.
        let points = latency
            .curve
            .iter()
            .map(|(q, ns)| (1.0 / (1.0 - q), *ns as f64))
            .collect();
        Some(Curve {
            name: cell.cell.runtime.clone(),
            kind: cell.kind,
            points,
        })
    };
    let curves: Vec<Curve> = group.measured().filter_map(curve).collect();
    let ticks = [
        ("min", 1.0),
        ("p50", 2.0),
        ("p90", 10.0),
        ("p99", 100.0),
        ("p99.9", 1e3),
        ("p99.99", 1e4),
    ];
    let reached = curves
        .iter()
        .flat_map(|c| &c.points)
        .map(|(x, _)| *x)
        .fold(1.0, f64::max);
    let ticks = ticks.into_iter().filter(|(_, x)| *x <= reached * 1.01);
    let axes = Axes {
        x: vec![1.0, reached],
        x_ticks: Some(ticks.map(|(name, x)| (x, name.to_owned())).collect()),
        x_title: "percentile",
        x_tick: short_digits,
    };
    let title = "Latency distribution".to_owned();
    let caption = "Latency of single transactions by percentile, all blocks merged; both axes \
                   logarithmic. A line ends where fewer than ten transactions lie beyond.";
    chart(group, title, caption, &curves, &axes)
}

/// Total time over the number of requests, both logarithmic.
pub(crate) fn break_even(group: &Group) -> Result<Option<Chart>, ChartError> {
    let last = group
        .break_even
        .last()
        .map_or(1.0, |stretch| stretch.from_requests);
    let most = 10_f64.powf((last * 20.0).max(1_000.0).log10().ceil());
    let curve = |cell: &CellSummary| {
        let course = cell.course()?;
        let counts = (0..=60).map(|i| most.powf(f64::from(i) / 60.0));
        let points = counts
            .map(|requests| (requests, course.total_ns(requests)))
            .collect();
        Some(Curve {
            name: cell.cell.runtime.clone(),
            kind: cell.kind,
            points,
        })
    };
    let curves: Vec<Curve> = group.measured().filter_map(curve).collect();
    let axes = Axes {
        x: vec![1.0, most],
        x_ticks: None,
        x_title: "requests",
        x_tick: short_count,
    };
    let title = "Break-even".to_owned();
    let caption = "Start-up and all requests together, by number of requests; both axes \
                   logarithmic. The lowest line has used the least time.";
    chart(group, title, caption, &curves, &axes)
}

fn chart(
    group: &Group,
    title: String,
    caption: &str,
    curves: &[Curve],
    axes: &Axes,
) -> Result<Option<Chart>, ChartError> {
    if curves.iter().all(|curve| curve.points.is_empty()) {
        return Ok(None);
    }
    let names: Vec<&str> = curves.iter().map(|curve| curve.name.as_str()).collect();
    let label = format!(
        "{title}, {}: one line each for {}. {caption}",
        group.label(),
        names.join(", ")
    );
    let (wide, narrow) = both(|frame| picture(frame, &label, curves, axes))?;
    let legend = kind_legend(curves.iter().map(|curve| curve.kind));
    Ok(Some(Chart {
        title,
        caption: caption.to_owned(),
        wide,
        narrow,
        legend,
    }))
}

fn picture(frame: Frame, label: &str, curves: &[Curve], axes: &Axes) -> Result<String, ChartError> {
    let most = if frame.narrow { 22 } else { 30 };
    let names = curves
        .iter()
        .map(|curve| curve.name.chars().count())
        .max()
        .unwrap_or(0);
    let (left, right) = (58, frame.width - (names.min(most) as i32 * 7 + 14));
    let least = if frame.narrow { 260 } else { 340 };
    let bottom = 10 + least.max(LINE * curves.len() as i32);
    let size = (frame.width as u32, (bottom + 44) as u32);
    let horizontal = LogSpan::new(axes, left, right);
    let values = curves
        .iter()
        .flat_map(|curve| &curve.points)
        .map(|(_, y)| *y);
    let vertical = Axis::log(values, bottom, 10);
    draw(size, label, |canvas| {
        for value in vertical.ticks(7) {
            let y = vertical.at(value);
            canvas.line([(left, y), (right, y)], Ink::Grid, 1)?;
            canvas.text(&time_tick(value), (left - 8, y), Anchor::End, Ink::Muted)?;
        }
        for (value, name) in horizontal.ticks(axes, if frame.narrow { 4 } else { 8 }) {
            let x = horizontal.at(value);
            canvas.line([(x, 10), (x, bottom)], Ink::Grid, 1)?;
            canvas.text(&name, (x, bottom + 14), Anchor::Middle, Ink::Muted)?;
        }
        let middle = (left + right) / 2;
        canvas.text(
            axes.x_title,
            (middle, bottom + 34),
            Anchor::Middle,
            Ink::Muted,
        )?;
        lines(canvas, curves, &horizontal, &vertical)?;
        names_at_ends(canvas, curves, &vertical, right, bottom, most)
    })
}

/// A log axis without room at its ends: curves begin on the frame.
struct LogSpan {
    low: f64,
    high: f64,
    from: i32,
    to: i32,
}

impl LogSpan {
    fn new(axes: &Axes, from: i32, to: i32) -> LogSpan {
        let low = axes.x.iter().copied().fold(f64::INFINITY, f64::min);
        let high = axes.x.iter().copied().fold(low * 1.5, f64::max);
        LogSpan {
            low,
            high,
            from,
            to,
        }
    }

    fn at(&self, value: f64) -> i32 {
        self.exactly(value).round() as i32
    }

    fn exactly(&self, value: f64) -> f64 {
        let share = (value / self.low).ln() / (self.high / self.low).ln();
        f64::from(self.from) + share.clamp(0.0, 1.0) * f64::from(self.to - self.from)
    }

    fn ticks(&self, axes: &Axes, most: usize) -> Vec<(f64, String)> {
        if let Some(ticks) = &axes.x_ticks {
            // From the right, since the tail matters most: those that have room.
            let mut free = i32::MAX;
            let mut room = |(value, _): &&(f64, String)| {
                let x = self.at(*value);
                let fits = x <= free;
                free = if fits { x - TICK_ROOM } else { free };
                fits
            };
            return ticks
                .iter()
                .rev()
                .filter(|tick| room(tick))
                .cloned()
                .collect();
        }
        let decades = self.high.log10().floor() as i32;
        let every = (decades as usize / most.max(1)) + 1;
        let values = (0..=decades).step_by(every).map(|power| 10_f64.powi(power));
        values.map(|value| (value, (axes.x_tick)(value))).collect()
    }
}

fn lines(
    canvas: &Canvas<'_>,
    curves: &[Curve],
    horizontal: &LogSpan,
    vertical: &Axis,
) -> Result<(), ChartError> {
    for curve in curves {
        let place = |(x, y): &(f64, f64)| (horizontal.exactly(*x), vertical.exactly(*y));
        let dashed = curve.kind == ModeKind::Native;
        canvas.curve(curve.points.iter().map(place), ink_of(curve.kind), dashed)?;
    }
    Ok(())
}

/// Names the lines at the right edge, moved apart where they would overlap.
fn names_at_ends(
    canvas: &Canvas<'_>,
    curves: &[Curve],
    vertical: &Axis,
    right: i32,
    bottom: i32,
    most: usize,
) -> Result<(), ChartError> {
    let end = |curve: &Curve| curve.points.last().map_or(bottom, |(_, y)| vertical.at(*y));
    let mut ends: Vec<(i32, &Curve)> = curves.iter().map(|curve| (end(curve), curve)).collect();
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
    for (y, curve) in ends {
        canvas.text(
            &fitted(&curve.name, most),
            (right + 8, y),
            Anchor::Start,
            ink_of(curve.kind),
        )?;
    }
    Ok(())
}
