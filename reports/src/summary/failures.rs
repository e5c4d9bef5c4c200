//! Failures and gaps: what has no time, and why.

use super::group::Group;
use crate::model::{Campaign, FailureKind, Status, TrialRecord};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Trials of one cell that failed in the same way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Failure {
    /// Label of the cell.
    pub cell: String,
    /// Runtime of the cell.
    pub runtime: String,
    /// Workload of the cell.
    pub workload: String,
    /// How they failed.
    pub kind: FailureKind,
    /// The reason given by the first of them.
    pub reason: String,
    /// The blocks in which they failed; 0 is the check pass.
    pub blocks: Vec<u32>,
}

/// What came of a runtime on a workload.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Availability {
    /// It was measured in so many blocks.
    Measured {
        /// The blocks of its best-measured cell.
        blocks: usize,
    },
    /// It ran, but its times are withheld.
    Withheld {
        /// Why.
        reason: String,
    },
    /// It could not take part.
    Unavailable {
        /// Why.
        reason: String,
        /// How it could.
        remedy: String,
    },
    /// There is no trial of it.
    NotMeasured,
}

/// One row of the availability matrix.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AvailabilityRow {
    /// The runtime.
    pub runtime: String,
    /// One entry for each workload, in the order of [`super::Summary::workload_names`].
    pub workloads: Vec<Availability>,
}

pub(super) fn failures(trials: &[TrialRecord]) -> Vec<Failure> {
    let mut found: BTreeMap<_, Failure> = BTreeMap::new();
    for trial in trials {
        let (kind, reason) = match &trial.status {
            Status::Failed { kind, reason } => (*kind, reason.clone()),
            Status::Ok => match wrong_outcomes(trial) {
                Some(reason) => (FailureKind::Mismatch, reason),
                None => continue,
            },
        };
        let failure = found
            .entry((trial.cell.clone(), kind))
            .or_insert_with(|| Failure {
                cell: trial.cell.label(),
                runtime: trial.cell.runtime.clone(),
                workload: trial.cell.workload.clone(),
                kind,
                reason,
                blocks: Vec::new(),
            });
        if !failure.blocks.contains(&trial.block) {
            failure.blocks.push(trial.block);
        }
    }
    found.into_values().collect()
}

fn wrong_outcomes(trial: &TrialRecord) -> Option<String> {
    let check = trial.check.as_ref().filter(|check| !check.passed())?;
    let first = check.mismatches.first();
    let detail = first
        .map(|m| format!(": {}: {}", m.exchange, m.detail))
        .unwrap_or_default();
    let wrong = check.exchanges.saturating_sub(check.matched);
    Some(format!(
        "{wrong} of {} outcomes were wrong{detail}",
        check.exchanges
    ))
}

pub(super) fn availability(
    campaign: &Campaign,
    groups: &[Group],
    workloads: &[String],
) -> Vec<AvailabilityRow> {
    let mut runtimes: BTreeSet<&str> = BTreeSet::new();
    runtimes.extend(campaign.runtimes.iter().map(|row| row.runtime.as_str()));
    let unavailable = campaign.unavailable.iter();
    let named = unavailable.filter(|row| !row.runtime.is_empty());
    runtimes.extend(named.map(|row| row.runtime.as_str()));
    let cells = || groups.iter().flat_map(|group| &group.cells);
    runtimes.extend(cells().map(|summary| summary.cell.runtime.as_str()));
    let state = |runtime: &str, workload: &str| {
        let own = || cells().filter(|s| s.cell.runtime == runtime && s.cell.workload == workload);
        let blocks = own()
            .filter(|s| s.withheld.is_none())
            .map(|s| s.blocks)
            .max()
            .unwrap_or(0);
        if blocks > 0 {
            return Availability::Measured { blocks };
        }
        let listed = campaign.unavailable.iter().find(|row| {
            row.runtime == runtime && row.workload.as_deref().is_none_or(|name| name == workload)
        });
        match (listed, own().find_map(|summary| summary.withheld.clone())) {
            (Some(row), _) => Availability::Unavailable {
                reason: row.reason.clone(),
                remedy: row.remedy.clone(),
            },
            (None, Some(reason)) => Availability::Withheld { reason },
            (None, None) => Availability::NotMeasured,
        }
    };
    let row = |runtime: &str| AvailabilityRow {
        runtime: runtime.to_owned(),
        workloads: workloads
            .iter()
            .map(|workload| state(runtime, workload))
            .collect(),
    };
    runtimes.into_iter().map(row).collect()
}
