//! The knobs of each runtime, and what they may be turned to.

use host_core::Choice;
use runtimes::RuntimeEntry;
use serde::Serialize;

use crate::cli::ListArgs;
use crate::error::{Error, Exit};
use crate::output::{Format, print_json, print_text, table};

/// Documented in `pwbench list --help`.
#[derive(Debug, Serialize)]
struct Knobs {
    runtimes: Vec<RuntimeKnobs>,
}

#[derive(Debug, Serialize)]
struct RuntimeKnobs {
    runtime: String,
    knobs: Vec<KnobRow>,
}

#[derive(Debug, Serialize)]
struct KnobRow {
    knob: &'static str,
    what: &'static str,
    usual: &'static str,
    values: Vec<&'static str>,
}

/// Shows the runtimes that have knobs; whether they are available here is not asked.
pub(super) fn knobs(arguments: &ListArgs) -> Result<Exit, Error> {
    let knobs = Knobs {
        runtimes: runtimes::select(&arguments.runtimes)?
            .into_iter()
            .map(RuntimeKnobs::of)
            .collect(),
    };
    match arguments.format {
        Format::Json => print_json(&knobs)?,
        Format::Table => print_text(&knobs.text()),
    }
    Ok(Exit::Fine)
}

impl RuntimeKnobs {
    fn of(entry: &RuntimeEntry) -> Self {
        let row = |choice: &Choice| KnobRow {
            knob: choice.knob.name(),
            what: choice.knob.summary(),
            usual: choice.usual(),
            values: choice.values.to_vec(),
        };
        Self {
            runtime: entry.id.clone(),
            knobs: entry.knobs.iter().map(row).collect(),
        }
    }
}

impl Knobs {
    fn text(&self) -> String {
        let mut text = table(&[
            "Runtime",
            "Knob",
            "Values, the usual one first",
            "What it is",
        ]);
        for row in self.runtimes.iter().filter(|row| !row.knobs.is_empty()) {
            for knob in &row.knobs {
                text.add_row([
                    row.runtime.clone(),
                    knob.knob.to_owned(),
                    knob.values.join(", "),
                    knob.what.to_owned(),
                ]);
            }
        }
        let without: Vec<&str> = self
            .runtimes
            .iter()
            .filter(|row| row.knobs.is_empty())
            .map(|row| row.runtime.as_str())
            .collect();
        match without.as_slice() {
            [] => text.to_string(),
            _ => format!("{text}\n\nwithout knobs: {}", without.join(", ")),
        }
    }
}
