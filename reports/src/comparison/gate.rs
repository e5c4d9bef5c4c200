//! The gate: what a comparison means under limits.

use super::{Answer, ComparedCell, ComparisonReport, Figure, Sitting, Stage};
use crate::statistics::{Interval, Word, exact_ratio};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A gate's result: `gate.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateReport {
    /// How it ended.
    pub outcome: GateOutcome,
    /// One row for each cell and limit.
    pub rows: Vec<GateRow>,
    /// What was measured.
    pub comparison: ComparisonReport,
}

/// How a gate ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GateOutcome {
    /// No limit is broken, and all could be decided.
    Passed,
    /// At least one limit is broken, or a side failed its check.
    Failed,
    /// No limit is broken, but some could not be decided in the time given.
    Undecided,
    /// The machine cannot support a verdict.
    Untrusted,
}

/// A limit on one figure of one cell, and whether it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateRow {
    /// Name of the cell.
    pub cell: String,
    /// The figure.
    pub figure: Figure,
    /// The limit.
    pub limit: Limit,
    /// The base's value.
    pub base: Option<f64>,
    /// The new side's value.
    pub new: Option<f64>,
    /// New over base, or over the ceiling.
    pub ratio: Option<f64>,
    /// Its interval, where it was measured in samples.
    pub interval: Option<Interval>,
    /// Samples behind it; 0 for what repeats exactly.
    pub n: usize,
    /// Whether the limit holds.
    pub status: GateStatus,
    /// Why, in a sentence.
    pub reason: String,
}

/// What a figure is held to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// The most that it may grow over the base's, as a share.
    Growth(f64),
    /// The most that it may be, in its own unit.
    Ceiling(f64),
}

/// Whether a limit holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GateStatus {
    /// It does.
    Passed,
    /// It does not.
    Failed,
    /// The values do not tell.
    Undecided,
    /// The A/A control failed.
    Untrusted,
    /// There is no value: the cell failed, or the runtime does not tell.
    Missing,
}

impl fmt::Display for GateOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            GateOutcome::Passed => "passed",
            GateOutcome::Failed => "failed",
            GateOutcome::Undecided => "undecided",
            GateOutcome::Untrusted => "untrusted",
        })
    }
}

impl fmt::Display for GateStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            GateStatus::Passed => "passed",
            GateStatus::Failed => "failed",
            GateStatus::Undecided => "undecided",
            GateStatus::Untrusted => "untrusted",
            GateStatus::Missing => "missing",
        })
    }
}

impl GateReport {
    /// Holds a comparison to limits. `sittings` are those of the comparison;
    /// their cells count the cells that did not fail their check.
    pub fn of(
        comparison: ComparisonReport,
        sittings: &[Sitting],
        limits: &BTreeMap<Figure, f64>,
        ceilings: &BTreeMap<Figure, f64>,
    ) -> GateReport {
        let mut rows = Vec::new();
        let mut measured = 0;
        for cell in &comparison.cells {
            let own: Vec<&Sitting> = match cell.failure {
                Some(_) => Vec::new(),
                None => sittings.iter().filter(|s| s.cell == measured).collect(),
            };
            measured += usize::from(cell.failure.is_none());
            for (figure, share) in limits {
                rows.push(growth(cell, *figure, *share));
            }
            for (figure, most) in ceilings {
                rows.push(ceiling(cell, *figure, *most, &own, comparison.seed));
            }
        }
        let outcome = outcome(&comparison, &rows);
        GateReport {
            outcome,
            rows,
            comparison,
        }
    }
}

fn outcome(comparison: &ComparisonReport, rows: &[GateRow]) -> GateOutcome {
    let any = |status| rows.iter().any(|row| row.status == status);
    if comparison.has_failures() || any(GateStatus::Failed) {
        GateOutcome::Failed
    } else if comparison.objection.is_some() || any(GateStatus::Untrusted) {
        GateOutcome::Untrusted
    } else if any(GateStatus::Undecided) || any(GateStatus::Missing) {
        GateOutcome::Undecided
    } else {
        GateOutcome::Passed
    }
}

fn empty(cell: &ComparedCell, figure: Figure, limit: Limit) -> GateRow {
    let reason = match &cell.failure {
        Some(failure) => failure.clone(),
        None => format!("there is no value of {figure}"),
    };
    GateRow {
        cell: cell.label.clone(),
        figure,
        limit,
        base: None,
        new: None,
        ratio: None,
        interval: None,
        n: 0,
        status: GateStatus::Missing,
        reason,
    }
}

fn growth(cell: &ComparedCell, figure: Figure, share: f64) -> GateRow {
    let row = empty(cell, figure, Limit::Growth(share));
    if figure.is_counted() {
        let Some(count) = cell.counts.iter().find(|count| count.figure == figure) else {
            return row;
        };
        let broken = count.exceeds(share);
        return GateRow {
            base: Some(count.base),
            new: Some(count.new),
            ratio: count.ratio(),
            status: if broken {
                GateStatus::Failed
            } else {
                GateStatus::Passed
            },
            reason: "counted; it repeats exactly".to_owned(),
            ..row
        };
    }
    match cell
        .answers
        .iter()
        .find(|answer| answer.question.figure == figure)
    {
        Some(answer) => sampled(row, answer, share),
        None => row,
    }
}

/// A figure that was measured in samples. The gate asks for one side only: what
/// certainly stays below the limit passes, even where nobody can say whether it
/// got faster.
fn sampled(row: GateRow, answer: &Answer, share: f64) -> GateRow {
    let Some(ratio) = answer.ratio else {
        return row;
    };
    let trusted = answer.control.is_some_and(|control| control.trusted);
    let (status, reason) = match answer.word {
        _ if !trusted => (
            GateStatus::Untrusted,
            "the base measured twice differed from itself".to_owned(),
        ),
        Word::Slower => (
            GateStatus::Failed,
            match answer.confirmation {
                Some(found) => format!(
                    "found again by fresh processes: {:.4} ({:.4} to {:.4}, n = {})",
                    found.ratio.estimate,
                    found.ratio.interval.low,
                    found.ratio.interval.high,
                    found.ratio.n
                ),
                None => "not confirmed".to_owned(),
            },
        ),
        Word::Faster | Word::Same => (GateStatus::Passed, answer.word.to_string()),
        Word::Undecided => match answer.confirmation {
            Some(_) => (
                GateStatus::Undecided,
                "slower at first; fresh processes did not find it again".to_owned(),
            ),
            None if ratio.interval.high <= 1.0 + share && ratio.n >= 6 => {
                (GateStatus::Passed, "below the limit".to_owned())
            }
            None => (
                GateStatus::Undecided,
                "the interval reaches over the limit".to_owned(),
            ),
        },
    };
    GateRow {
        base: answer.base,
        new: answer.new,
        ratio: Some(ratio.estimate),
        interval: Some(ratio.interval),
        n: ratio.n,
        status,
        reason,
        ..row
    }
}

fn ceiling(cell: &ComparedCell, figure: Figure, most: f64, own: &[&Sitting], seed: u64) -> GateRow {
    let row = empty(cell, figure, Limit::Ceiling(most));
    if figure.is_counted() {
        let Some(count) = cell.counts.iter().find(|count| count.figure == figure) else {
            return row;
        };
        return GateRow {
            base: Some(count.base),
            new: Some(count.new),
            ratio: (most > 0.0).then(|| count.new / most),
            status: match count.new > most {
                true => GateStatus::Failed,
                false => GateStatus::Passed,
            },
            reason: "counted; it repeats exactly".to_owned(),
            ..row
        };
    }
    let main = own.iter().filter(|sitting| sitting.stage == Stage::Main);
    let values: Vec<f64> = main
        .filter_map(|sitting| sitting.new_value(figure))
        .collect();
    let logs = values.iter().map(|value| (value / most).ln()).collect();
    let Some(ratio) = exact_ratio(logs, 0.95, 0.0, seed) else {
        return row;
    };
    let (status, reason) = if ratio.interval.low > 1.0 {
        (GateStatus::Failed, "all of the interval lies above")
    } else if ratio.interval.high <= 1.0 {
        (GateStatus::Passed, "all of the interval lies below")
    } else {
        (
            GateStatus::Undecided,
            "the interval reaches over the ceiling",
        )
    };
    GateRow {
        base: None,
        new: crate::statistics::median(values),
        ratio: Some(ratio.estimate),
        interval: Some(ratio.interval),
        n: ratio.n,
        status,
        reason: reason.to_owned(),
        ..row
    }
}
