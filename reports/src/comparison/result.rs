//! The result of a comparison, as it is kept in `campaign.json`.

use super::{Answer, Figure, SamplePlan};
use crate::model::{Machine, SCHEMA};
use crate::statistics::Word;
use serde::{Deserialize, Serialize};

/// A comparison: `campaign.json` of a folder of kind `compare`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ComparisonReport {
    /// Version of the result model.
    pub schema: u32,
    /// Always [`ComparisonReport::KIND`].
    pub kind: String,
    /// The comparison's id, also the name of its folder.
    pub id: String,
    /// When it began, in milliseconds since the Unix epoch.
    pub started_unix_ms: u64,
    /// Version of pwbench.
    pub pwbench_version: String,
    /// The command line, as given.
    pub command_line: Vec<String>,
    /// Seed of orders, layouts and statistics.
    pub seed: u64,
    /// Where it ran.
    pub machine: Machine,
    /// Where the values come from.
    pub origin: Origin,
    /// Name of the base.
    pub base: String,
    /// Name of the new side.
    pub new: String,
    /// The sample plan as it was fitted into the time.
    pub plan: SamplePlan,
    /// The cells.
    pub cells: Vec<ComparedCell>,
    /// Why there is no verdict on any figure that is measured, where there is none.
    pub objection: Option<String>,
    /// Whether the time ran out before the last look that was planned.
    pub cut_short: bool,
    /// Whether somebody stopped it.
    pub interrupted: bool,
    /// What else must be known, one sentence each.
    pub notes: Vec<String>,
    /// Wall time of all sittings, in seconds.
    pub seconds: f64,
}

/// Where the values of a comparison come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Both sides were measured together, in turns.
    #[default]
    Measured,
    /// Two campaigns that ran at different times.
    Stored,
}

/// One cell of a comparison.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ComparedCell {
    /// Its name in tables.
    pub label: String,
    /// What was measured in samples.
    pub answers: Vec<Answer>,
    /// What repeats exactly.
    pub counts: Vec<Count>,
    /// Samples, those of a confirmation included.
    pub sittings: u32,
    /// Why it could not be compared, where it could not.
    pub failure: Option<String>,
}

/// A figure that repeats exactly, on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Count {
    /// The figure.
    pub figure: Figure,
    /// The base's value.
    pub base: f64,
    /// The new side's value.
    pub new: f64,
}

impl Count {
    /// New over base; `None` where the base has none and the new side has some.
    pub fn ratio(&self) -> Option<f64> {
        match self.base == self.new {
            true => Some(1.0),
            false => (self.base > 0.0).then(|| self.new / self.base),
        }
    }

    /// Whether the new side has more than a share above the base.
    pub fn exceeds(&self, share: f64) -> bool {
        self.new > self.base * (1.0 + share)
    }
}

impl Default for ComparisonReport {
    fn default() -> Self {
        ComparisonReport {
            schema: SCHEMA,
            kind: Self::KIND.to_owned(),
            id: String::new(),
            started_unix_ms: 0,
            pwbench_version: String::new(),
            command_line: Vec::new(),
            seed: 0,
            machine: Machine::default(),
            origin: Origin::Measured,
            base: String::new(),
            new: String::new(),
            plan: SamplePlan::default(),
            cells: Vec::new(),
            objection: None,
            cut_short: false,
            interrupted: false,
            notes: Vec::new(),
            seconds: 0.0,
        }
    }
}

impl ComparisonReport {
    /// The kind of its folder.
    pub const KIND: &'static str = "compare";
    /// Name of the file of sittings.
    pub const SITTINGS: &'static str = "sittings.jsonl";

    /// Takes note of why there is no verdict, if so: then no word stands that rests on samples.
    pub fn object(&mut self, objection: Option<String>) {
        if objection.is_some() {
            for answer in self.cells.iter_mut().flat_map(|cell| &mut cell.answers) {
                answer.word = Word::Undecided;
            }
        }
        self.objection = objection;
    }

    /// Answers to the questions that decide, with their cells.
    pub fn verdicts(&self) -> impl Iterator<Item = (&ComparedCell, &Answer)> {
        self.cells.iter().flat_map(|cell| {
            let own = cell.answers.iter().filter(|answer| answer.question.decides);
            own.map(move |answer| (cell, answer))
        })
    }

    /// Whether any deciding figure of any cell was found slower.
    pub fn found_slower(&self) -> bool {
        self.objection.is_none()
            && self
                .verdicts()
                .any(|(_, answer)| answer.word == Word::Slower)
    }

    /// Whether any cell could not be compared.
    pub fn has_failures(&self) -> bool {
        self.cells.iter().any(|cell| cell.failure.is_some())
    }
}
