//! The tables on a terminal.

use crate::{KINDS, report};

#[test]
fn the_terminal_table_fits_and_carries_no_escape_sequence() {
    for kind in KINDS {
        for width in [60, 80, 120, 200] {
            let text = report(kind).terminal_table(width);
            assert!(!text.contains('\u{1b}'), "{kind}");
            let table = text
                .lines()
                .filter(|line| line.starts_with('─') || line.contains("  "));
            let widest = table.map(|line| line.chars().count()).max().unwrap_or(0);
            assert!(widest <= usize::from(width), "{kind} at {width}: {widest}");
        }
    }
}
