//! What a report says, computed once and rendered by every exporter.

mod cell;
mod claim;
mod comparison;
mod failures;
mod group;
mod headline;
mod metric;
mod overall;
mod pair;
mod samples;
mod trust;
mod unlike;

pub use cell::{
    Absolute, CallbackSummary, CellSummary, CheckSummary, LatencySummary, MemorySummary,
    SizeSummary, StartupSummary,
};
pub use claim::{Claim, ClaimWord};
pub use comparison::Comparison;
pub use failures::{Availability, AvailabilityRow, Failure};
pub use group::{BreakEvenStretch, Group};
pub use headline::Headline;
pub use metric::Metric;
pub use overall::{Overall, OverallRow};
pub use pair::{PairAnswer, PairSummary};
pub use trust::{ControlRow, Trust};
pub use unlike::{Aspect, Unlikeness};
pub(crate) use unlike::{listed, named};

use crate::model::{Campaign, SCHEMA, TrialRecord};
use crate::statistics::Policy;
use group::Context;
use serde::Serialize;
use std::collections::BTreeSet;

/// Everything computed from a campaign's trials; written as `summary.json`.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// Version of the result model.
    pub schema: u32,
    /// The verdict in one sentence.
    pub headline: Headline,
    /// The metric that ranks: CPU time per transaction, or wall time where no CPU time was measured.
    pub primary: Metric,
    /// The rule behind the words.
    pub policy: Policy,
    /// Blocks with at least one measurement.
    pub blocks_measured: usize,
    /// The A/A controls.
    pub trust: Trust,
    /// Rankings, one for each workload, variant, isolation and number of threads.
    pub groups: Vec<Group>,
    /// The ranking over all of them.
    pub overall: Option<Overall>,
    /// Pairs of runtimes: those that were asked for, then those of public claims.
    pub pairs: Vec<PairSummary>,
    /// Names of the workloads, in the order of the availability matrix.
    pub workload_names: Vec<String>,
    /// What came of every runtime on every workload.
    pub availability: Vec<AvailabilityRow>,
    /// Trials that failed.
    pub failures: Vec<Failure>,
    /// What could not be read or does not fit together.
    pub warnings: Vec<String>,
    /// The campaign as recorded.
    pub campaign: Campaign,
}

impl Summary {
    /// Computes the summary. Never fails: what is missing or broken is said in it.
    pub fn new(campaign: Campaign, trials: &[TrialRecord]) -> Summary {
        let mut warnings = Vec::new();
        let cells = samples::gather(trials, &mut warnings);
        let measurements = || cells.values().flat_map(|samples| &samples.measurements);
        let primary = match measurements().any(|(_, measurement)| measurement.cpu_ns > 0) {
            true => Metric::CpuPerTransaction,
            false => Metric::WallPerTransaction,
        };
        let policy = Policy::default();
        let blocks: BTreeSet<u32> = measurements().map(|(block, _)| *block).collect();
        let trust = trust::trust(&cells, primary, &policy, campaign.seed);
        let context = Context {
            campaign: &campaign,
            policy: &policy,
            trust: &trust,
            primary,
        };
        let groups = group::groups(&cells, &context);
        let overall = overall::overall(&groups, &cells, &context);
        let pairs = pair::pairs(&groups, &cells, &context);
        let workload_names = workload_names(&campaign, &groups);
        let availability = failures::availability(&campaign, &groups, &workload_names);
        let mut summary = Summary {
            schema: SCHEMA,
            headline: Headline::default(),
            primary,
            policy,
            blocks_measured: blocks.len(),
            trust,
            groups,
            overall,
            pairs,
            workload_names,
            availability,
            failures: failures::failures(trials),
            warnings,
            campaign,
        };
        summary.headline = headline::headline(&summary);
        summary
    }
}

fn workload_names(campaign: &Campaign, groups: &[Group]) -> Vec<String> {
    let mut names: Vec<String> = campaign
        .workloads
        .iter()
        .map(|info| info.name.clone())
        .collect();
    for group in groups {
        if !names.contains(&group.workload) {
            names.push(group.workload.clone());
        }
    }
    names
}
