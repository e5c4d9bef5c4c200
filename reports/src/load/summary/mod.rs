//! What follows from the rounds.

mod comparison;
mod phase;
mod trust;

pub use comparison::LoadComparison;
pub use phase::{LoadLatency, PhaseSummary, RowSummary};
pub use trust::{LoadControl, LoadTrust};

use super::{LoadCampaign, LoadDemand, LoadRow, Round, RoundStatus};
use crate::statistics::Policy;
use serde::Serialize;

/// What follows from a load campaign. Programs get it as `summary.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoadSummary {
    /// Version of the result model.
    pub schema: u32,
    /// The rule behind verdicts.
    pub policy: Policy,
    /// Whether the machine was steady enough.
    pub trust: LoadTrust,
    /// One for each way of loading, in order: what each row cost under it.
    pub phases: Vec<PhaseSummary>,
    /// Rounds that count.
    pub accepted: usize,
    /// Rounds in which a process did not get its core, or the generator was at fault.
    pub rejected: usize,
    /// Rounds in which the proxy or its answers were at fault, with each first reason.
    pub failures: Vec<String>,
    /// The campaign.
    pub campaign: LoadCampaign,
}

impl LoadSummary {
    /// Sums up.
    pub fn new(campaign: LoadCampaign, rounds: &[Round]) -> LoadSummary {
        let policy = Policy::default();
        let trust = LoadTrust::of(&campaign, rounds, &policy);
        let phases = demands(rounds)
            .into_iter()
            .map(|demand| PhaseSummary::of(demand, &campaign, rounds, &trust, &policy))
            .collect();
        let count = |wanted: fn(&RoundStatus) -> bool| {
            rounds.iter().filter(|round| wanted(&round.status)).count()
        };
        LoadSummary {
            schema: campaign.schema,
            policy,
            phases,
            trust,
            accepted: count(|status| *status == RoundStatus::Accepted),
            rejected: count(|status| matches!(status, RoundStatus::Rejected(_))),
            failures: failures(rounds),
            campaign,
        }
    }

    /// The phase that stands for the campaign: the first one that is no search, for its CPU
    /// time, else the search.
    pub fn primary(&self) -> Option<&PhaseSummary> {
        let searches = |phase: &&PhaseSummary| phase.demand != LoadDemand::Search;
        self.phases.iter().find(searches).or(self.phases.first())
    }
}

/// Each way of loading once: the closed loop, rates from low to high, the search.
fn demands(rounds: &[Round]) -> Vec<LoadDemand> {
    let mut demands: Vec<LoadDemand> = Vec::new();
    for round in rounds {
        if !demands.contains(&round.demand) {
            demands.push(round.demand);
        }
    }
    demands.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    demands
}

/// The reasons of failed rounds, each row's first.
fn failures(rounds: &[Round]) -> Vec<String> {
    let mut rows: Vec<&LoadRow> = Vec::new();
    let mut failures = Vec::new();
    for round in rounds {
        if let RoundStatus::Failed(reason) = &round.status
            && !rows.contains(&&round.row)
        {
            rows.push(&round.row);
            failures.push(format!("{}: {reason}", round.row.label()));
        }
    }
    failures
}

#[cfg(test)]
mod tests;
