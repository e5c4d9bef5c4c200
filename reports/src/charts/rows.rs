//! Charts of rows: one runtime per row, values to the right.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Ink, draw};
use super::{Chart, ChartError, Frame, both, fitted, ink_of, kind_legend};
use crate::statistics::Interval;
use crate::summary::{CellSummary, Group, Summary};
use crate::tables::format::{ratio, short_digits, size, size_tick, size_unit, time, time_tick};
use crate::tables::short;

/// One row of a chart.
struct Row {
    name: String,
    parts: Vec<(f64, Ink)>,
    interval: Option<Interval>,
    value: String,
}

/// How rows are drawn.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    /// Parts beside each other from zero.
    Bars,
    /// Parts under each other, each from zero.
    Pairs,
    /// A mark on a log axis with a line at 1.
    Ratio,
}

/// Cost of every runtime as bars from zero.
pub(crate) fn cost(summary: &Summary, group: &Group) -> Result<Option<Chart>, ChartError> {
    let primary = summary.primary;
    let best = group
        .best
        .as_ref()
        .and_then(|best| group.measured().find(|c| c.cell.runtime == *best));
    let best = best.and_then(|cell| Some(cell.metrics.get(&primary)?.median));
    let row = |cell: &CellSummary| {
        let cost = cell.metrics.get(&primary)?.median;
        let around = cell
            .to_best
            .get(&primary)
            .zip(best)
            .map(|(to_best, best)| Interval {
                low: to_best.ratio.interval.low * best,
                high: to_best.ratio.interval.high * best,
            });
        Some(row(
            cell,
            vec![(cost, ink_of(cell.kind))],
            around,
            time(cost),
        ))
    };
    let rows: Vec<Row> = group.measured().filter_map(row).collect();
    let legend = kind_legend(group.measured().map(|cell| cell.kind));
    let title = short(primary).to_owned();
    let caption = "Median over blocks, bars from zero. Whiskers: 95 % interval of the ratio to the \
                   best, drawn at the best's cost.";
    chart(group, title, caption, legend, Style::Bars, &rows, time_tick)
}

/// Ratio of every runtime to the native twin, or to the best without one, on a log axis.
pub(crate) fn ratios(summary: &Summary, group: &Group) -> Result<Option<Chart>, ChartError> {
    let (baseline, to_native) = match (&group.native, &group.best) {
        (Some(native), _) => (native, true),
        (None, Some(best)) => (best, false),
        (None, None) => return Ok(None),
    };
    let row = |cell: &CellSummary| {
        let against = if to_native {
            &cell.to_native
        } else {
            &cell.to_best
        };
        let found = against.get(&summary.primary)?.ratio;
        let value = format!("{}×", ratio(found.estimate));
        let parts = vec![(found.estimate, ink_of(cell.kind))];
        Some(self::row(cell, parts, Some(found.interval), value))
    };
    let rows: Vec<Row> = group.measured().filter_map(row).collect();
    let kinds = group
        .measured()
        .filter(|c| c.cell.runtime != *baseline)
        .map(|cell| cell.kind);
    let title = format!("{} relative to {baseline}", short(summary.primary));
    let caption = "Logarithmic axis, line at 1. Whiskers: 95 % interval, paired within blocks.";
    let tick = |value: f64| format!("{}×", short_digits(value));
    chart(
        group,
        title,
        caption,
        kind_legend(kinds),
        Style::Ratio,
        &rows,
        tick,
    )
}

/// Start-up as stacked bars.
pub(crate) fn startup(group: &Group) -> Result<Option<Chart>, ChartError> {
    let row = |cell: &CellSummary| {
        let startup = &cell.startup;
        let part = |ns: Option<f64>, ink| (ns.unwrap_or(0.0), ink);
        let parts = vec![
            part(startup.load_aot_ns.or(startup.compile_ns), Ink::Code),
            part(startup.instantiate_ns, Ink::Instantiate),
            part(startup.start_ns, Ink::Start),
            part(startup.first_request_ns, Ink::FirstRequest),
        ];
        Some(self::row(cell, parts, None, time(startup.total_ns?)))
    };
    let rows: Vec<Row> = group.measured().filter_map(row).collect();
    let legend = [
        (Ink::Code, "compile or load"),
        (Ink::Instantiate, "instantiate"),
        (Ink::Start, "start and configure"),
        (Ink::FirstRequest, "first request"),
    ];
    let legend = legend
        .map(|(ink, words)| (ink.variable(), words.to_owned()))
        .into();
    let caption = "Bars from zero, medians over blocks.";
    chart(
        group,
        "Start-up".to_owned(),
        caption,
        legend,
        Style::Bars,
        &rows,
        time_tick,
    )
}

/// Resident memory of the first and of each further VM.
pub(crate) fn memory(group: &Group) -> Result<Option<Chart>, ChartError> {
    let row = |cell: &CellSummary| {
        let first = cell.memory.rss_first_vm_bytes?;
        let further = cell.memory.rss_per_vm_bytes;
        let parts = vec![
            (first, Ink::FirstVm),
            (further.unwrap_or(0.0), Ink::FurtherVm),
        ];
        let further = further
            .map(|bytes| format!(" + {}", size(bytes)))
            .unwrap_or_default();
        Some(self::row(
            cell,
            parts,
            None,
            format!("{}{further}", size(first)),
        ))
    };
    let rows: Vec<Row> = group.measured().filter_map(row).collect();
    let legend = vec![
        (Ink::FirstVm.variable(), "first VM".to_owned()),
        (Ink::FurtherVm.variable(), "each further VM".to_owned()),
    ];
    let caption = "Growth of resident memory, medians over blocks.";
    chart(
        group,
        "Memory".to_owned(),
        caption,
        legend,
        Style::Pairs,
        &rows,
        size_tick,
    )
}

fn row(
    cell: &CellSummary,
    parts: Vec<(f64, Ink)>,
    interval: Option<Interval>,
    value: String,
) -> Row {
    Row {
        name: cell.cell.runtime.clone(),
        parts,
        interval,
        value,
    }
}

fn chart(
    group: &Group,
    title: String,
    caption: &str,
    legend: Vec<(&'static str, String)>,
    style: Style,
    rows: &[Row],
    tick: impl Fn(f64) -> String,
) -> Result<Option<Chart>, ChartError> {
    if rows.is_empty() {
        return Ok(None);
    }
    let label = format!("{title}, {}: {}", group.label(), spoken(rows));
    let (wide, narrow) = both(|frame| picture(frame, &label, style, rows, &tick))?;
    Ok(Some(Chart {
        title,
        caption: caption.to_owned(),
        wide,
        narrow,
        legend,
    }))
}

/// The values as a listener would want them.
fn spoken(rows: &[Row]) -> String {
    let all: Vec<String> = rows
        .iter()
        .map(|row| format!("{} {}", row.name, row.value))
        .collect();
    all.join(", ")
}

fn picture(
    frame: Frame,
    label: &str,
    style: Style,
    rows: &[Row],
    tick: &impl Fn(f64) -> String,
) -> Result<String, ChartError> {
    let longest = rows
        .iter()
        .map(|row| row.value.chars().count())
        .max()
        .unwrap_or(0) as i32;
    let names = rows
        .iter()
        .map(|row| row.name.chars().count())
        .max()
        .unwrap_or(0) as i32;
    // On narrow pages the name stands above its bar.
    let left = if frame.narrow {
        6
    } else {
        (names.min(32) * 7 + 12).max(90)
    };
    let right = frame.width - longest * 7 - 12;
    let step = if frame.narrow { 38 } else { 26 };
    let bottom = 8 + step * rows.len() as i32;
    let size = (frame.width as u32, (bottom + 26) as u32);
    let axis = match style {
        Style::Ratio => {
            let ends = rows
                .iter()
                .filter_map(|row| row.interval)
                .flat_map(|i| [i.low, i.high]);
            Axis::log(ends.chain([1.0]), left, right)
        }
        Style::Bars => Axis::from_zero(widest(style, rows), 1.0, left, right),
        Style::Pairs => {
            let most = widest(style, rows);
            Axis::from_zero(most, size_unit(most), left, right)
        }
    };
    draw(size, label, |canvas| {
        let tops = || (8..).step_by(step as usize).take(rows.len());
        // Names stand above the bars on narrow pages: lines pause for them.
        let upright = |x: i32, ink: Ink| match frame.narrow {
            true => tops().try_for_each(|top| canvas.line([(x, top + 15), (x, top + 37)], ink, 1)),
            false => canvas.line([(x, 4), (x, bottom)], ink, 1),
        };
        for value in axis.ticks(if frame.narrow { 4 } else { 7 }) {
            let x = axis.at(value);
            upright(x, Ink::Grid)?;
            let anchor = if x < 24 {
                Anchor::Start
            } else {
                Anchor::Middle
            };
            let x = if x < 24 { 0 } else { x };
            canvas.text(&tick(value), (x, bottom + 14), anchor, Ink::Muted)?;
        }
        if style == Style::Ratio {
            upright(axis.at(1.0), Ink::Text)?;
        }
        for (row, top) in rows.iter().zip(tops()) {
            let middle = if frame.narrow {
                top + 26
            } else {
                top + step / 2
            };
            let name = fitted(&row.name, if frame.narrow { 44 } else { 32 });
            match frame.narrow {
                true => canvas.text(&name, (left, top + 8), Anchor::Start, Ink::Text)?,
                false => canvas.text(&name, (left - 10, middle), Anchor::End, Ink::Text)?,
            }
            let end = shape(canvas, style, row, &axis, middle)?;
            canvas.text(&row.value, (end + 8, middle), Anchor::Start, Ink::Text)?;
        }
        Ok(())
    })
}

fn widest(style: Style, rows: &[Row]) -> f64 {
    let width = |row: &Row| {
        let parts = row.parts.iter().map(|(value, _)| *value);
        let drawn = if style == Style::Pairs {
            parts.fold(0.0, f64::max)
        } else {
            parts.sum()
        };
        row.interval
            .map_or(drawn, |interval| interval.high.max(drawn))
    };
    rows.iter().map(width).fold(0.0, f64::max)
}

/// Draws a row's shape and says where it ends.
fn shape(
    canvas: &Canvas<'_>,
    style: Style,
    row: &Row,
    axis: &Axis,
    middle: i32,
) -> Result<i32, ChartError> {
    let mut end = axis.at(0.0);
    let mut sum = 0.0;
    for ((value, ink), line) in row.parts.iter().zip(0..) {
        match style {
            Style::Ratio => {
                canvas.mark((axis.at(*value), middle), *ink)?;
                end = axis.at(*value) + 5;
            }
            Style::Pairs => {
                let top = middle - 7 + line * 8;
                canvas.block((axis.at(0.0), top), (axis.at(*value), top + 6), *ink)?;
                end = end.max(axis.at(*value));
            }
            Style::Bars => {
                let from = axis.at(sum);
                sum += value;
                end = axis.at(sum);
                if end > from {
                    canvas.block((from, middle - 7), (end, middle + 7), *ink)?;
                }
            }
        }
    }
    if let Some(interval) = row.interval {
        let (low, high) = (axis.at(interval.low), axis.at(interval.high));
        canvas.whisker(low, high, middle, Ink::Text)?;
        end = end.max(high);
    }
    Ok(end)
}
