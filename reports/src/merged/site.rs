//! Sites: the campaigns of one machine, summed up together.

use super::folder::Joined;
use crate::model::{Campaign, Cell, Machine, TrialRecord};
use crate::summary::Summary;
use std::collections::{BTreeMap, BTreeSet};

/// One machine with one version of pwbench, and all that was measured there.
#[derive(Debug, Clone)]
pub(super) struct Site {
    /// Name for people; differs from those of the other sites.
    pub(super) name: String,
    /// Ids of its campaigns.
    pub(super) campaigns: Vec<String>,
    pub(super) summary: Summary,
}

/// Puts campaigns of one machine together, in the order in which they were joined.
pub(super) fn sites(joined: &Joined, trials: &[TrialRecord]) -> Vec<Site> {
    let mut members: Vec<Vec<&Campaign>> = Vec::new();
    for campaign in &joined.campaigns {
        let is_home = |site: &&mut Vec<&Campaign>| {
            let first = site[0];
            first.machine.is_same(&campaign.machine)
                && first.pwbench_version == campaign.pwbench_version
        };
        match members.iter_mut().find(is_home) {
            Some(site) => site.push(campaign),
            None => members.push(vec![campaign]),
        }
    }
    let names = names(&members);
    let site = |(campaigns, name): (Vec<&Campaign>, String)| Site {
        name,
        campaigns: campaigns.iter().map(|own| own.id.clone()).collect(),
        summary: Summary::new(together(&campaigns), &numbered(&campaigns, trials)),
    };
    members.into_iter().zip(names).map(site).collect()
}

fn names(members: &[Vec<&Campaign>]) -> Vec<String> {
    let model = |machine: &Machine| match machine.cpu_model.as_str() {
        "" => "unknown machine".to_owned(),
        model => format!("{model} ×{}", machine.cores),
    };
    let models: Vec<String> = members.iter().map(|own| model(&own[0].machine)).collect();
    let named =
        |(at, name): (usize, &String)| match models.iter().filter(|other| *other == name).count() {
            1 => name.clone(),
            _ => {
                let before = models[..at].iter().filter(|other| *other == name);
                format!("{name} #{}", before.count() + 1)
            }
        };
    models.iter().enumerate().map(named).collect()
}

/// One campaign that stands for several of one machine.
fn together(campaigns: &[&Campaign]) -> Campaign {
    let mut sum = campaigns[0].clone();
    for other in &campaigns[1..] {
        sum.id += &format!(" + {}", other.id);
        sum.started_unix_ms = sum.started_unix_ms.min(other.started_unix_ms);
        sum.finished_unix_ms = sum.finished_unix_ms.max(other.finished_unix_ms);
        sum.blocks_planned = sum.blocks_planned.max(other.blocks_planned);
        sum.blocks_complete = sum.blocks_complete.min(other.blocks_complete);
        sum.interrupted |= other.interrupted;
        unite(&mut sum.notes, &other.notes, |note| note.clone());
        unite(&mut sum.runtimes, &other.runtimes, |row| {
            row.runtime.clone()
        });
        unite(&mut sum.workloads, &other.workloads, |own| {
            (own.name.clone(), own.variant.clone())
        });
        unite(&mut sum.unavailable, &other.unavailable, |row| {
            (row.runtime.clone(), row.workload.clone())
        });
        unite(&mut sum.conformance, &other.conformance, |row| {
            row.runtime.clone()
        });
        unite(&mut sum.pairs, &other.pairs, |pair| pair.to_string());
        sum.wall.total_ns += other.wall.total_ns;
        sum.wall.in_trials_measured_ns += other.wall.in_trials_measured_ns;
        sum.wall.in_compilation_ns += other.wall.in_compilation_ns;
    }
    sum
}

fn unite<T: Clone, K: PartialEq>(into: &mut Vec<T>, from: &[T], key: impl Fn(&T) -> K) {
    for item in from {
        if !into.iter().any(|known| key(known) == key(item)) {
            into.push(item.clone());
        }
    }
}

/// The trials of these campaigns. Blocks of a campaign that measured cells of an earlier one
/// again are numbered on from there, so that each ratio stays within a block as it was
/// measured; others keep their numbers.
fn numbered(campaigns: &[&Campaign], trials: &[TrialRecord]) -> Vec<TrialRecord> {
    let mut last: BTreeMap<&Cell, u32> = BTreeMap::new();
    let mut all = Vec::new();
    for campaign in campaigns {
        let own = || trials.iter().filter(|trial| trial.campaign == campaign.id);
        let cells: BTreeSet<&Cell> = own().map(|trial| &trial.cell).collect();
        let before = cells.iter().filter_map(|cell| last.get(*cell));
        let before = before.max().copied().unwrap_or(0);
        for trial in own() {
            let block = match trial.block {
                // The check pass.
                0 => 0,
                block => block.saturating_add(before),
            };
            let highest = last.entry(&trial.cell).or_default();
            *highest = block.max(*highest);
            all.push(TrialRecord {
                block,
                ..trial.clone()
            });
        }
    }
    all
}
