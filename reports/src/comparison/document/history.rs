//! A history as people read it.

use crate::charts::{Axis, Chart, Ink, Line, Unit};
use crate::comparison::{Trend, TrendPoint};
use crate::document::{Document, Part, Section};
use crate::tables::{Entry, Table, Tone};

/// Letters of a commit that are shown.
const SHORT: usize = 10;

/// What people read of series.
pub fn document(trends: &[Trend]) -> Document {
    let changes: usize = trends.iter().map(|trend| trend.changes.len()).sum();
    let mut table = Table::new("Changes")
        .words("Cell")
        .words("Figure")
        .words("Machine")
        .words("First run after it")
        .numbers("Level, new over old", "")
        .numbers("p", "")
        .dispensable(&["Machine", "p"]);
    for trend in trends {
        for change in &trend.changes {
            let tone = if change.ratio > 1.0 {
                Tone::Bad
            } else {
                Tone::Good
            };
            table.row(vec![
                trend.cell.as_str().into(),
                trend.figure.title().into(),
                trend.machine.as_str().into(),
                Entry::toned(name(&trend.points[change.index]), Tone::Code),
                Entry::toned(format!("{:.3}", change.ratio), tone),
                format!("{:.3}", change.p).into(),
            ]);
        }
    }
    let mut sections = vec![Section::new("changes", "Changes").part(Part::table(table))];
    sections.extend(
        trends
            .iter()
            .enumerate()
            .map(|(number, trend)| section(number, trend)),
    );
    Document {
        title: "pwbench history".to_owned(),
        subject: "Figures over commits".to_owned(),
        headline: match changes {
            0 => format!("No change in {} series.", trends.len()),
            1 => format!("1 change in {} series.", trends.len()),
            _ => format!("{changes} changes in {} series.", trends.len()),
        },
        decided: true,
        certainty: "Change points by E-divisive, p at most 0.01 by permutation.".to_owned(),
        sections,
        ..Document::default()
    }
}

fn section(number: usize, trend: &Trend) -> Section {
    let at = |index: usize| (index as f64 + 1.0, trend.points[index].value);
    let points: Vec<(f64, f64)> = (0..trend.points.len()).map(at).collect();
    let marks = trend
        .changes
        .iter()
        .map(|change| at(change.index))
        .collect();
    let line = Line::new(trend.figure.title(), Ink::Text, points).marks(marks);
    let title = format!("{}: {}", trend.cell, trend.figure.title());
    let x = Axis::around("run", Unit::Count);
    let chart = Chart::lines(
        &title,
        x,
        Axis::linear(trend.figure.title(), trend.figure.unit()),
        vec![line],
    )
    .caption("Marks are the first runs after a change of level.");
    let mut table = Table::new("Runs")
        .numbers("Run", "")
        .words("Commit")
        .words("Id")
        .numbers(trend.figure.title(), "");
    for (index, point) in trend.points.iter().enumerate() {
        table.row(vec![
            (index + 1).to_string().into(),
            Entry::toned(
                point.commit.chars().take(SHORT).collect::<String>(),
                Tone::Code,
            ),
            Entry::toned(&point.run, Tone::Code),
            trend.figure.show(point.value).into(),
        ]);
    }
    Section {
        details: trend.machine.clone(),
        ..Section::new(format!("series-{number}"), title)
    }
    .part(Part::chart_and_table(chart, table).evidence())
}

fn name(point: &TrendPoint) -> String {
    let name = if point.commit.is_empty() {
        &point.run
    } else {
        &point.commit
    };
    name.chars().take(SHORT.max(20)).collect()
}
