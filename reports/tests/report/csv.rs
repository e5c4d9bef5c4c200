//! The table of cells for other programs.

use reports::Exporter as _;

use crate::synthetic::MARKUP;
use crate::{KINDS, report};

#[test]
fn csv_has_one_whole_row_for_every_cell() {
    for kind in KINDS {
        let report = report(kind);
        let text = reports::Csv.export(report.summary()).unwrap();
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.headers().unwrap().len(), 71);
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        let cells: usize = report
            .summary()
            .groups
            .iter()
            .map(|group| group.cells.len())
            .sum();
        assert_eq!(rows.len(), cells, "{kind}");
        if kind == "markup" {
            assert!(rows.iter().any(|row| &row[4] == MARKUP));
        }
    }
}
