//! A document on a terminal.

use super::{Document, Part, Section, Weight};
use crate::tables::Table;
use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, TableStyle};

/// A rule under the heading and nothing else.
const RULED: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

pub(super) fn render(document: &Document, width: u16) -> String {
    let mut out = String::new();
    for section in document.sections() {
        let is_result = |part: &&Part| part.weight == Weight::Result;
        for part in section.parts.iter().filter(is_result) {
            render_part(&mut out, section, part, width);
        }
    }
    for caution in &document.cautions {
        out += &format!("! {}\n", visible(caution));
    }
    for line in [&document.headline, &document.certainty] {
        if !line.is_empty() {
            out += &format!("{}\n", visible(line));
        }
    }
    out
}

fn render_part(out: &mut String, section: &Section, part: &Part, width: u16) {
    let table = part.shown();
    if table.is_none() && part.paragraphs.is_empty() {
        return;
    }
    let title = match (part.title.as_str(), section.details.as_str()) {
        ("", "") => section.title.clone(),
        ("", details) => format!("{} ({details})", section.title),
        (title, _) => title.to_owned(),
    };
    *out += &format!("{}\n", visible(&title));
    for paragraph in &part.paragraphs {
        *out += &format!("{}\n", visible(paragraph));
    }
    if let Some(table) = table {
        *out += &format!("{}\n", fitted(table, width));
    }
    out.push('\n');
}

fn widest(text: &str) -> usize {
    let widths = text.lines().map(|line| line.chars().count());
    widths.max().unwrap_or(0)
}

/// The table without as many dispensable columns as it takes to fit.
fn fitted(table: &Table, width: u16) -> String {
    let dispensable = &table.dispensable;
    for dropped in 0..=dispensable.len() {
        let text = drawn(table, &dispensable[..dropped], None);
        if widest(&text) <= usize::from(width) {
            return text;
        }
    }
    drawn(table, dispensable, Some(width))
}

fn drawn(table: &Table, dropped: &[&str], width: Option<u16>) -> String {
    let is_kept = |at: &usize| !dropped.contains(&table.columns[*at].heading.as_str());
    let kept: Vec<usize> = (0..table.columns.len()).filter(is_kept).collect();
    let mut drawn = comfy_table::Table::new();
    drawn.load_style(RULED);
    drawn.set_content_arrangement(ContentArrangement::Disabled);
    if let Some(width) = width {
        drawn
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width);
    }
    let align = |at: usize, text: &str| {
        let side = match table.columns[at].numeric {
            true => CellAlignment::Right,
            false => CellAlignment::Left,
        };
        Cell::new(visible(text)).set_alignment(side)
    };
    drawn.set_header(kept.iter().map(|at| align(*at, &table.columns[*at].full())));
    for row in &table.rows {
        let entries = kept.iter().filter_map(|at| Some((*at, row.get(*at)?)));
        drawn.add_row(entries.map(|(at, entry)| align(at, &entry.text)));
    }
    drawn.trim_fmt()
}

/// Text without control characters: a name must not steer the terminal.
fn visible(text: &str) -> String {
    let shown = |letter: char| if letter.is_control() { ' ' } else { letter };
    text.chars().map(shown).collect()
}
