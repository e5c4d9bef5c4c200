//! How tables and JSON are printed.

use std::io::{self, Write as _};

use clap::ValueEnum;
use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use serde::Serialize;

use crate::error::Error;

/// A rule under the heading and nothing else.
const RULED: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// How a command prints its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// For programs: fields documented in the command's --help, in stable order
    Json,
}

/// Prints `value` as JSON to standard output.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(value)?;
    print_text(&text);
    Ok(())
}

/// Prints to standard output; a reader that has gone away is no error.
pub(crate) fn print_text(text: &str) {
    let mut stdout = io::stdout().lock();
    let _ = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
}

/// An empty table with these column headings, as wide as the terminal.
pub(crate) fn table(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(RULED);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(width());
    table.set_header(headings.iter().map(Cell::new));
    table
}

/// A right-aligned cell.
pub(crate) fn number(text: impl ToString) -> Cell {
    Cell::new(text.to_string()).set_alignment(CellAlignment::Right)
}

/// Columns of the terminal; 120 where there is none.
pub(crate) fn width() -> u16 {
    match console::Term::stdout().size_checked() {
        Some((_, columns)) => columns.max(60),
        None => 120,
    }
}

/// Bytes for people: `178.7 kB`.
pub(crate) fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn bytes_are_given_in_the_largest_unit_that_leaves_a_whole_digit() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(178_717), "178.7 kB");
        assert_eq!(bytes(2_480_000), "2.5 MB");
    }
}
