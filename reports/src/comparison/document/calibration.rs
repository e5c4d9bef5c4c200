//! A calibration as people read it.

use crate::comparison::{Calibration, CalibrationRow, Share};
use crate::document::{Document, Part, Section};
use crate::tables::Table;

impl Calibration {
    /// What people read.
    pub fn document(&self) -> Document {
        let comparisons: u64 = self.rows.iter().map(|row| row.n).sum();
        let mut cautions = Vec::new();
        if self
            .rows
            .iter()
            .any(|row| row.n < if row.injected == 0.0 { 300 } else { 60 })
        {
            cautions.push(
                "There are fewer than 300 comparisons of a thing with itself, or fewer than 60 \
                 with some share of work added: the intervals say how little is known."
                    .to_owned(),
            );
        }
        Document {
            title: "pwbench gate --calibrate".to_owned(),
            subject: "How often the gate is right".to_owned(),
            headline: self.headline(),
            decided: comparisons > 0,
            certainty: format!(
                "{comparisons} comparisons whose truth is known; Wilson's 95 % intervals."
            ),
            cautions,
            sections: vec![
                Section::new("gate", "The gate").part(Part::table(self.gate_table())),
                Section::new("others", "Other methods on the same values")
                    .part(Part::table(self.others_table())),
            ],
            ..Document::default()
        }
    }

    fn headline(&self) -> String {
        let told = self.rows.iter().map(|row| match row.injected == 0.0 {
            true => format!("false alarms {}", share(&row.slower)),
            false => format!("{} found {}", added(row), share(&row.slower)),
        });
        let told: Vec<String> = told.collect();
        match told.is_empty() {
            true => "Nothing was compared.".to_owned(),
            false => format!("{}.", told.join("; ")),
        }
    }

    fn gate_table(&self) -> Table {
        let mut table = Table::new("The gate")
            .words("Added work")
            .numbers("Instructions", "")
            .numbers("n", "")
            .numbers("Slower", "")
            .numbers("Faster", "")
            .numbers("Same", "")
            .numbers("No verdict", "")
            .numbers("Slower, unconfirmed", "")
            .numbers("Median ratio", "")
            .numbers("Median, longest", "s")
            .numbers("Load", "")
            .dispensable(&["Slower, unconfirmed", "Load"]);
        for row in &self.rows {
            table.row(vec![
                added(row).into(),
                number(row.instructions, 4).into(),
                row.n.to_string().into(),
                share(&row.slower).into(),
                share(&row.faster).into(),
                share(&row.same).into(),
                share(&row.untrusted).into(),
                share(&row.slower_unconfirmed).into(),
                number(row.ratio, 4).into(),
                format!("{:.1}, {:.1}", row.seconds, row.longest_seconds).into(),
                number(row.load, 1).into(),
            ]);
        }
        table
    }

    fn others_table(&self) -> Table {
        let mut table = Table::new("How often each method calls the new side slower, or faster")
            .note(
                "Criterion: its bootstrap t-test and its noise threshold of 1 %, over all slices. \
                 Welch: a two-sample t-test at 5 %, over all slices, and over processes. In sequence: \
                 on the base's slices of the first half of the time and the new side's of the \
                 second, as who measures one after the other has them.",
            )
            .words("Added work")
            .numbers("n", "")
            .numbers("This gate", "")
            .numbers("Criterion", "")
            .numbers("Welch, slices", "")
            .numbers("Welch, processes", "")
            .numbers("Criterion, in sequence", "")
            .numbers("Welch, in sequence", "");
        for row in &self.rows {
            let both = |[slower, faster]: &[Share; 2]| {
                format!("{}; {}", share(slower), percent(faster.value()))
            };
            table.row(vec![
                added(row).into(),
                row.n.to_string().into(),
                both(&[row.slower, row.faster]).into(),
                both(&row.criterion).into(),
                both(&row.welch_slices).into(),
                both(&row.welch_processes).into(),
                both(&row.criterion_in_sequence).into(),
                both(&row.welch_in_sequence).into(),
            ]);
        }
        table
    }
}

fn added(row: &CalibrationRow) -> String {
    match row.injected == 0.0 {
        true => "none".to_owned(),
        false => format!("+{:.0} %", row.injected * 100.0),
    }
}

fn share(share: &Share) -> String {
    let interval = share
        .interval
        .map(|interval| format!(" ({} to {})", percent(interval.low), percent(interval.high)));
    format!("{}{}", percent(share.value()), interval.unwrap_or_default())
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or("–".to_owned(), |value| format!("{value:.digits$}"))
}
