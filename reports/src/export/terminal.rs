//! The rankings on a terminal.

use super::notices::notices;
use crate::summary::Summary;
use crate::tables::{self, Table};
use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, TableStyle};

/// Columns left out first when the terminal is narrow, in that order.
const DISPENSABLE: [&str; 7] = [
    // The caution below the tables says the same.
    "Unlike the best in",
    "n",
    "p50",
    "Kind",
    "95 % interval",
    "p99",
    "× best",
];

/// A rule under the heading and nothing else.
const RULED: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

pub(super) fn render(summary: &Summary, width: u16) -> String {
    let mut out = String::new();
    for group in &summary.groups {
        let table = tables::ranking(summary, group);
        out += &format!("{}\n{}\n\n", visible(&table.title), fitted(&table, width));
    }
    if let Some(overall) = &summary.overall {
        let table = tables::overall(overall, summary.primary);
        out += &format!("{}\n{}\n\n", visible(&table.title), fitted(&table, width));
    }
    for found in &summary.pairs {
        let table = tables::pair(found);
        out += &format!("{}\n", visible(&table.title));
        if !table.is_empty() {
            out += &format!("{}\n", pair(&table, width));
        }
        out += &format!("{}\n\n", visible(&table.note));
    }
    let caution = Some(summary.headline.caution.clone()).filter(|text| !text.is_empty());
    for notice in caution.into_iter().chain(notices(summary)) {
        out += &format!("! {}\n", visible(&notice));
    }
    out += &visible(&summary.headline.sentence);
    out.push('\n');
    out += &visible(&summary.headline.certainty);
    out.push('\n');
    out
}

/// A pair's table. Its interval is what was asked for, so only the probability may go.
fn pair(table: &Table, width: u16) -> String {
    let whole = drawn(table, &[], None);
    match widest(&whole) <= usize::from(width) {
        true => whole,
        false => drawn(table, &["p"], Some(width)),
    }
}

fn widest(text: &str) -> usize {
    text.lines()
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(0)
}

/// The table without as many dispensable columns as it takes to fit.
fn fitted(table: &Table, width: u16) -> String {
    for dropped in 0..=DISPENSABLE.len() {
        let text = drawn(table, &DISPENSABLE[..dropped], None);
        if widest(&text) <= usize::from(width) {
            return text;
        }
    }
    drawn(table, &DISPENSABLE, Some(width))
}

fn drawn(table: &Table, dropped: &[&str], width: Option<u16>) -> String {
    let kept: Vec<usize> = (0..table.columns.len())
        .filter(|at| !dropped.contains(&table.columns[*at].heading.as_str()))
        .collect();
    let mut drawn = comfy_table::Table::new();
    drawn.load_style(RULED);
    drawn.set_content_arrangement(ContentArrangement::Disabled);
    if let Some(width) = width {
        drawn
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width);
    }
    let align = |at: usize, text: String| {
        let side = if table.columns[at].numeric {
            CellAlignment::Right
        } else {
            CellAlignment::Left
        };
        Cell::new(visible(&text)).set_alignment(side)
    };
    drawn.set_header(kept.iter().map(|at| align(*at, table.columns[*at].full())));
    for row in &table.rows {
        drawn.add_row(kept.iter().map(|at| align(*at, row[*at].text.clone())));
    }
    drawn.trim_fmt()
}

/// Text without control characters: a name must not steer the terminal.
fn visible(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}
