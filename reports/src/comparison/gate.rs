//! The gate: what a comparison means under limits.

use super::{Answer, ComparedCell, ComparisonReport, Figure};
use crate::ENOUGH_FOR_P999;
use crate::statistics::{Interval, Word};
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
    /// Holds a comparison to limits and ceilings. Those on figures that are measured in samples
    /// are judged by its answers: whatever is limited must have been among its questions.
    pub fn of(
        comparison: ComparisonReport,
        limits: &BTreeMap<Figure, f64>,
        ceilings: &BTreeMap<Figure, f64>,
    ) -> GateReport {
        let limits = limits.iter().map(|(f, share)| (*f, Limit::Growth(*share)));
        let ceilings = ceilings.iter().map(|(f, most)| (*f, Limit::Ceiling(*most)));
        let all: Vec<(Figure, Limit)> = limits.chain(ceilings).collect();
        let trusted = comparison.objection.is_none();
        let of_cell = |cell| {
            all.iter()
                .map(move |(figure, limit)| row(cell, *figure, *limit, trusted))
        };
        let rows: Vec<GateRow> = comparison.cells.iter().flat_map(of_cell).collect();
        GateReport {
            outcome: outcome(&comparison, &rows),
            rows,
            comparison,
        }
    }
}

/// What is counted and what failed its check is so whatever the machine does: only that
/// outranks a failed control, under which no sampled row is [`GateStatus::Failed`].
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
        None if figure == Figure::P999 => format!(
            "there is no value of {figure}: it needs {ENOUGH_FOR_P999} transactions in each \
             process, and so many do not fit into the time"
        ),
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

fn row(cell: &ComparedCell, figure: Figure, limit: Limit, trusted: bool) -> GateRow {
    let row = empty(cell, figure, limit);
    if figure.is_counted() {
        return counted(row, cell);
    }
    let ceiling = match limit {
        Limit::Growth(_) => None,
        Limit::Ceiling(most) => Some(most),
    };
    let asked = cell.answers.iter().find(|answer| {
        let question = answer.question;
        (question.figure, question.ceiling) == (figure, ceiling)
    });
    match asked {
        Some(answer) => sampled(row, answer, trusted),
        None => row,
    }
}

fn counted(row: GateRow, cell: &ComparedCell) -> GateRow {
    let own = cell.counts.iter().find(|count| count.figure == row.figure);
    let Some(count) = own else {
        return row;
    };
    let (ratio, broken) = match row.limit {
        Limit::Growth(share) => (count.ratio(), count.exceeds(share)),
        Limit::Ceiling(most) => ((most > 0.0).then(|| count.new / most), count.new > most),
    };
    GateRow {
        base: Some(count.base),
        new: Some(count.new),
        ratio,
        status: match broken {
            true => GateStatus::Failed,
            false => GateStatus::Passed,
        },
        reason: "counted; it repeats exactly".to_owned(),
        ..row
    }
}

/// A figure that was measured in samples. The gate asks for one side only: what
/// certainly stays below the limit passes, even where nobody can say whether it
/// got faster.
fn sampled(row: GateRow, answer: &Answer, trusted: bool) -> GateRow {
    let Some(ratio) = answer.ratio else {
        return row;
    };
    let (most, limit) = match row.limit {
        Limit::Growth(share) => (1.0 + share, "limit"),
        Limit::Ceiling(_) => (1.0, "ceiling"),
    };
    let held = trusted && answer.control.is_some_and(|control| control.trusted);
    let (status, reason) = match answer.word {
        _ if !held => (
            GateStatus::Untrusted,
            "a side measured twice differed from itself".to_owned(),
        ),
        Word::Slower => match answer.confirmation {
            Some(found) if found.confirmed => (
                GateStatus::Failed,
                format!(
                    "found again by fresh processes: {:.4} ({:.4} to {:.4}, n = {})",
                    found.ratio.estimate,
                    found.ratio.interval.low,
                    found.ratio.interval.high,
                    found.ratio.n
                ),
            ),
            _ => (GateStatus::Undecided, "not confirmed".to_owned()),
        },
        Word::Faster | Word::Same => (GateStatus::Passed, format!("below the {limit}")),
        Word::Undecided => match answer.confirmation {
            Some(_) => (
                GateStatus::Undecided,
                "above at first; fresh processes did not find it again".to_owned(),
            ),
            None if ratio.interval.high <= most && ratio.n >= 6 => {
                (GateStatus::Passed, format!("below the {limit}"))
            }
            None => (
                GateStatus::Undecided,
                format!("the interval reaches over the {limit}"),
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
