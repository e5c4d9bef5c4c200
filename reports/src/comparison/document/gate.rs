//! A gate's result as people read it.

use crate::comparison::{GateOutcome, GateReport, GateStatus};
use crate::document::{Document, Part, Section};
use crate::tables::{Entry, Table, Tone};

impl GateReport {
    /// What people read: the limits first, then what was measured.
    pub fn document(&self) -> Document {
        let measured = self.comparison.document();
        let mut table = Table::new("Limits")
            .words("Cell")
            .words("Figure")
            .words("Verdict")
            .numbers("Limit", "")
            .numbers("Base", "")
            .numbers("New", "")
            .words("Ratio")
            .numbers("n", "")
            .words("Why")
            .dispensable(&["Why", "n"]);
        for row in &self.rows {
            let tone = match row.status {
                GateStatus::Passed => Tone::Good,
                GateStatus::Failed => Tone::Bad,
                _ => Tone::Muted,
            };
            let value =
                |value: Option<f64>| value.map_or("–".to_owned(), |value| row.figure.show(value));
            table.row(vec![
                row.cell.as_str().into(),
                row.figure.title().into(),
                Entry::toned(row.status.to_string(), tone),
                row.limit_text().into(),
                value(row.base).into(),
                value(row.new).into(),
                row.ratio_text().into(),
                match row.n {
                    0 => "exact".into(),
                    n => n.to_string().into(),
                },
                row.reason.as_str().into(),
            ]);
        }
        let limits = Section::new("limits", "Limits").part(Part::table(table));
        Document {
            subject: format!("Gate: {}", self.outcome),
            headline: self.headline(),
            decided: matches!(self.outcome, GateOutcome::Passed | GateOutcome::Failed),
            sections: std::iter::once(limits).chain(measured.sections).collect(),
            ..measured
        }
    }
}
