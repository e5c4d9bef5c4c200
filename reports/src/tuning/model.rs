//! What a tuning campaign found, as `summary.json` and the report have it.

use super::compare::{Against, FEWEST};
use super::contestant::{Contestant, Fate, SearchStage};
use super::factor::{Choice, Factor};
use super::front::front;
use super::search::Search;
use super::worth::Worth;
use crate::export::ExportError;
use crate::model::{CampaignFolder, FolderError, Machine, write_whole};
use crate::recommendation::Quantity;
use crate::statistics::{Located, Word};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The `kind` in `campaign.json` of a tuning campaign.
pub const TUNE_KIND: &str = "tune";

/// A tuning campaign.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Tuning {
    /// Always [`TUNE_KIND`].
    pub kind: String,
    /// Name of the results folder.
    pub id: String,
    /// What was tuned, as it was given.
    pub subject: String,
    /// Language of the source; empty for a bare module.
    pub language: String,
    /// The workload whose traffic and configuration were used.
    pub workload: String,
    /// Exchanges of the search and exchanges kept for the confirmation.
    pub exchanges: (usize, usize),
    /// What was asked to be small, the first counting most.
    pub objectives: Vec<Quantity>,
    /// The time that was given, in seconds.
    pub budget_seconds: f64,
    /// The time that was taken, in seconds, builds included.
    pub seconds: f64,
    /// When it began, in milliseconds since the Unix epoch.
    pub started_unix_ms: u64,
    /// Version of pwbench.
    pub pwbench_version: String,
    /// The command line.
    pub command_line: Vec<String>,
    /// Seed of the order of trials and of the statistics.
    pub seed: u64,
    /// The machine.
    pub machine: Machine,
    /// Whether it was ended by Ctrl-C.
    pub interrupted: bool,
    /// What was found on each runtime.
    pub runtimes: Vec<RuntimeTuning>,
    /// Levels that could not be tried here.
    pub missing: Vec<MissingLevel>,
    /// What weakens the result.
    pub cautions: Vec<String>,
}

/// A level that could not be tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingLevel {
    /// Runtime it is about; empty for all.
    pub runtime: String,
    /// The factor, or what it belongs to.
    pub factor: String,
    /// Why.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
}

/// What was found on one runtime.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RuntimeTuning {
    /// Runtime id.
    pub runtime: String,
    /// The factors.
    pub factors: Vec<Factor>,
    /// Every choice that raced, the default first.
    pub candidates: Vec<CandidateRow>,
    /// What each level is worth by itself.
    pub worths: Vec<Worth>,
    /// The winner of each objective, confirmed or not.
    pub confirmations: Vec<TuneConfirmation>,
    /// The stage that was reached.
    pub stage: SearchStage,
}

/// A choice and what was measured of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CandidateRow {
    /// Number in the campaign, from 0.
    pub number: usize,
    /// Runtime id.
    pub runtime: String,
    /// What it changes.
    pub choice: Choice,
    /// Whether it is the A/A control.
    pub control: bool,
    /// When it entered.
    pub stage: SearchStage,
    /// What became of it.
    pub fate: Fate,
    /// Values over the search's traffic.
    pub values: BTreeMap<Quantity, Located>,
    /// Ratios to the default over the search's traffic.
    pub against_default: BTreeMap<Quantity, Against>,
    /// Whether it is on the Pareto front of p50, start-up, size and memory, over all runtimes
    /// once all have raced.
    pub on_front: bool,
}

/// A winner against the default on held-out traffic.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TuneConfirmation {
    /// The objective.
    pub objective: Quantity,
    /// The winner's number; `None` where nothing beat the default.
    pub candidate: Option<usize>,
    /// What it changes.
    pub choice: Choice,
    /// Its ratio to the default, on every quantity that was measured, on held-out traffic.
    pub held_out: BTreeMap<Quantity, Against>,
    /// What may be said of the objective: `faster` means smaller.
    pub word: String,
    /// Whether the A/A control held.
    pub trusted: bool,
    /// What to copy.
    pub copy: Copyable,
}

/// Commands and configuration to copy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Copyable {
    /// Commands that build the module, in order.
    pub commands: Vec<String>,
    /// Configuration to put in a file: name of the file and text.
    pub configuration: Vec<(String, String)>,
    /// The module in the results folder, where it was kept.
    pub module: String,
    /// The command that measures it again.
    pub measure: String,
}

impl Tuning {
    /// Draws one Pareto front over the candidates of all runtimes.
    pub fn join_fronts(&mut self) {
        let mut rows = Vec::new();
        let mut points = Vec::new();
        for runtime in &mut self.runtimes {
            let told: Vec<&str> = runtime
                .factors
                .iter()
                .filter(|factor| factor.only_told)
                .map(|factor| factor.name.as_str())
                .collect();
            for row in &mut runtime.candidates {
                row.on_front = false;
                let failed = matches!(row.fate, Fate::Failed { .. });
                let only_told = told.iter().any(|name| row.choice.level(name).is_some());
                if row.control || failed || only_told {
                    continue;
                }
                let value = |quantity| Some(row.values.get(quantity).filter(|v| v.n >= 2)?.median);
                if let Some(point) = FRONT.iter().map(value).collect() {
                    points.push(point);
                    rows.push(row);
                }
            }
        }
        for (row, on_front) in rows.into_iter().zip(front(&points)) {
            row.on_front = on_front;
        }
    }

    /// Writes `report.html`, `report.md`, `report.csv` and `summary.json` into a folder that
    /// exists, each whole or not at all.
    ///
    /// # Errors
    /// When a chart cannot be drawn or a file not written.
    pub fn write_all(&self, dir: &Path) -> Result<Vec<PathBuf>, ExportError> {
        let mut paths = self.document().write_all(dir)?;
        let csv = self
            .csv()
            .map_err(|error| ExportError::Csv(error.to_string()))?;
        let summary = format!("{}\n", serde_json::to_string_pretty(self)?);
        for (name, text) in [("report.csv", csv), ("summary.json", summary)] {
            let path = dir.join(name);
            write_whole(&path, text.as_bytes())?;
            paths.push(path);
        }
        Ok(paths)
    }

    /// Writes `campaign.json`: all but what was found on the runtimes.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_campaign(&self, dir: &Path) -> Result<(), ExportError> {
        let campaign = Tuning {
            runtimes: Vec::new(),
            ..self.clone()
        };
        let text = format!("{}\n", serde_json::to_string_pretty(&campaign)?);
        write_whole(&dir.join(CampaignFolder::CAMPAIGN), text.as_bytes())?;
        Ok(())
    }

    /// Reads `summary.json` of a folder back.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(dir: &Path) -> Result<Tuning, ExportError> {
        let path = dir.join("summary.json");
        let bytes = std::fs::read(&path).map_err(|source| FolderError::Io {
            path: path.clone(),
            action: "read",
            source,
        })?;
        let read = serde_json::from_slice(&bytes).map_err(|error| FolderError::Campaign {
            path,
            line: error.line(),
            reason: error.to_string(),
        });
        Ok(read?)
    }
}

/// What is said of a winner that there was no time to measure again.
const NOT_CONFIRMED: &str = "not confirmed: the time did not suffice";

impl TuneConfirmation {
    /// Whether a winner was measured again, whatever that said.
    pub fn was_heard(&self) -> bool {
        self.candidate.is_some() && self.word != NOT_CONFIRMED
    }
}

/// Quantities of the front.
pub(super) const FRONT: [Quantity; 4] = [
    Quantity::P50,
    Quantity::Startup,
    Quantity::Size,
    Quantity::Memory,
];

impl RuntimeTuning {
    /// What a search found; `copy` tells how a choice is made.
    pub fn of(
        runtime: &str,
        factors: &[Factor],
        search: &Search,
        copy: impl Fn(&Choice) -> Copyable,
    ) -> Self {
        let on_front = search.front(&FRONT);
        let rows = search.contestants().iter().enumerate();
        let candidates = rows.map(|(number, one)| {
            let mut row = CandidateRow::of(number, runtime, one, search);
            row.on_front = on_front.contains(&number);
            row
        });
        let confirmations = search
            .objectives()
            .iter()
            .map(|objective| confirmation(search, *objective, &copy));
        RuntimeTuning {
            runtime: runtime.to_owned(),
            factors: factors.to_vec(),
            candidates: candidates.collect(),
            worths: search.worths(&told(search.objectives())),
            confirmations: confirmations.collect(),
            stage: search.stage(),
        }
    }

    /// The default.
    pub fn default_row(&self) -> Option<&CandidateRow> {
        self.candidates.first()
    }
}

/// The objectives, and what a person wants to know beside them.
pub(super) fn told(objectives: &[Quantity]) -> Vec<Quantity> {
    let mut all = objectives.to_vec();
    for quantity in [Quantity::P50, Quantity::Cpu].into_iter().chain(FRONT) {
        if !all.contains(&quantity) {
            all.push(quantity);
        }
    }
    all
}

impl CandidateRow {
    /// A contestant of a search as a row.
    pub fn of(number: usize, runtime: &str, one: &Contestant, search: &Search) -> Self {
        let values = Quantity::ALL
            .into_iter()
            .filter_map(|quantity| Some((quantity, one.value(quantity)?)));
        let ratios = Quantity::ALL
            .into_iter()
            .filter_map(|quantity| Some((quantity, search.against_default(number, quantity)?)));
        CandidateRow {
            number,
            runtime: runtime.to_owned(),
            choice: one.choice.clone(),
            control: one.control,
            stage: one.stage,
            fate: one.fate.clone(),
            values: values.collect(),
            against_default: ratios.collect(),
            on_front: false,
        }
    }
}

fn confirmation(
    search: &Search,
    objective: Quantity,
    copy: &impl Fn(&Choice) -> Copyable,
) -> TuneConfirmation {
    let Some(winner) = search.winners().get(&objective).copied() else {
        return TuneConfirmation {
            objective,
            candidate: None,
            choice: Choice::default(),
            held_out: BTreeMap::new(),
            word: match search.stage() {
                _ if search.is_cut_short() => "nothing was found: the time did not suffice",
                SearchStage::Confirm => "nothing beat the default",
                _ => "the search ended before anything was confirmed",
            }
            .to_owned(),
            trusted: false,
            copy: copy(&Choice::default()),
        };
    };
    let choice = search.contestants()[winner].choice.clone();
    let held_out = Quantity::ALL.into_iter().filter_map(|quantity| {
        let (against, _, _) = search.confirmation(winner, quantity)?;
        Some((quantity, against))
    });
    let (word, trusted) = match search.confirmation(winner, objective) {
        Some((against, Word::Undecided, _)) if against.n < FEWEST => (NOT_CONFIRMED, false),
        Some((_, word, trusted)) => (words(word), trusted),
        None => (NOT_CONFIRMED, false),
    };
    TuneConfirmation {
        objective,
        candidate: Some(winner),
        held_out: held_out.collect(),
        word: word.to_owned(),
        trusted,
        copy: copy(&choice),
        choice,
    }
}

/// A verdict in the words of a quantity that need not be a time.
fn words(word: Word) -> &'static str {
    match word {
        Word::Faster => "better",
        Word::Slower => "worse",
        Word::Same => "no difference",
        Word::Undecided => "undecided",
    }
}
