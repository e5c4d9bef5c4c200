//! Trials: one process, one cell, one line of `trials.jsonl`.

use super::{Cell, Check, Measurement, SCHEMA, schema};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One line of `trials.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrialRecord {
    /// Version of the result model.
    #[serde(default = "schema")]
    pub schema: u32,
    /// Id of the campaign the trial belongs to.
    #[serde(default)]
    pub campaign: String,
    /// The block, counted from 1; 0 is the check pass before the first block.
    pub block: u32,
    /// Position within the block, counted from 0.
    #[serde(default)]
    pub order: u32,
    /// What was measured.
    pub cell: Cell,
    /// When the trial's process was started, in milliseconds since the Unix epoch.
    #[serde(default)]
    pub started_unix_ms: u64,
    /// From start to end of the trial's process, in nanoseconds.
    #[serde(default)]
    pub wall_ns: u64,
    /// How it ended.
    #[serde(flatten)]
    pub status: Status,
    /// What was measured, when it ended well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measurement: Option<Measurement>,
    /// What the outcome check found, when it ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Check>,
}

/// How a trial ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum Status {
    /// It ran to its end.
    Ok,
    /// It did not; the row is a result all the same.
    Failed {
        /// What sort of end it was.
        #[serde(default)]
        kind: FailureKind,
        /// One sentence for the reader of the report.
        #[serde(default)]
        reason: String,
    },
}

/// How a trial failed.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum FailureKind {
    /// The process died of a signal.
    Crash,
    /// The process did not end in time and was killed.
    Timeout,
    /// The guest trapped.
    Trap,
    /// The runtime refused the module.
    Refused,
    /// The plugin refused its configuration.
    Configuration,
    /// The outcome of a request was not the expected one.
    Mismatch,
    /// Anything else, including kinds that a later version may know.
    #[default]
    #[serde(other)]
    Error,
}

impl FailureKind {
    /// The word used in files and reports.
    pub fn word(self) -> &'static str {
        match self {
            FailureKind::Crash => "crash",
            FailureKind::Timeout => "timeout",
            FailureKind::Trap => "trap",
            FailureKind::Refused => "refused",
            FailureKind::Configuration => "configuration",
            FailureKind::Mismatch => "mismatch",
            FailureKind::Error => "error",
        }
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl TrialRecord {
    /// A trial that ended well; times, measurement and check are filled in by the caller.
    pub fn ok(campaign: impl Into<String>, block: u32, order: u32, cell: Cell) -> Self {
        TrialRecord {
            schema: SCHEMA,
            campaign: campaign.into(),
            block,
            order,
            cell,
            started_unix_ms: 0,
            wall_ns: 0,
            status: Status::Ok,
            measurement: None,
            check: None,
        }
    }

    /// A trial that failed, with one sentence that says why.
    pub fn failed(
        campaign: impl Into<String>,
        block: u32,
        order: u32,
        cell: Cell,
        kind: FailureKind,
        reason: impl Into<String>,
    ) -> Self {
        let status = Status::Failed {
            kind,
            reason: reason.into(),
        };
        TrialRecord {
            status,
            ..TrialRecord::ok(campaign, block, order, cell)
        }
    }

    /// True when the trial ended well.
    pub fn is_ok(&self) -> bool {
        self.status == Status::Ok
    }
}
