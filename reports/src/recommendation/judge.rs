//! Needs held against what is known of each runtime.

use super::need::{Need, Needs};
use super::quantity::Quantity;
use super::values::RuntimeValues;
use crate::statistics::{Located, geometric_mean, located};
use serde::Serialize;
use std::collections::BTreeMap;

/// Fewer blocks than this support no word about a limit, unless nothing varies.
const FEWEST_BLOCKS: usize = 6;
const LEVEL: f64 = 0.95;

/// What is known of a runtime beside its measurements.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    /// Runtime id.
    pub runtime: String,
    /// Words that it has (`true`) or lacks, each with what was found; a word that is not
    /// here could not be found out.
    pub has: BTreeMap<String, (bool, String)>,
    /// What its engine's sources say, by topic.
    pub says: BTreeMap<String, Vec<String>>,
    /// What was measured.
    pub values: RuntimeValues,
    /// Why it was not measured, where it was not.
    pub missing: Option<String>,
}

/// Whether a need is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Met {
    /// Surely.
    Yes,
    /// The interval lies on both sides of the limit, or too little is known.
    NotSure,
    /// Surely not.
    No,
}

/// What was found of one need.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// The need, as the grammar writes it.
    pub need: String,
    /// Whether it is met.
    pub met: Met,
    /// What was found, for people.
    pub found: String,
    /// The value with its interval, for a limit.
    pub value: Option<Located>,
    /// The value over the limit, for a limit: below 1 keeps it.
    pub of_limit: Option<f64>,
}

/// How a runtime stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It meets every need.
    Meets,
    /// It misses none surely, and not all are met surely.
    NotSure,
    /// It misses at least one.
    Fails,
    /// It could not be measured.
    NotMeasured,
}

/// A runtime, judged.
#[derive(Debug, Clone, Serialize)]
pub struct Candidate {
    /// Runtime id.
    pub runtime: String,
    /// How it stands.
    pub standing: Standing,
    /// Each need, in the order in which they were given.
    pub findings: Vec<Finding>,
    /// CPU nanoseconds of a request, the geometric mean over workloads: what it costs.
    pub cpu_ns: Option<f64>,
    /// Needs that it misses surely.
    pub misses: usize,
    /// How far it is from its limits: the product of what exceeds them, 1 when none is.
    pub distance: f64,
    /// Why it was not measured.
    pub reason: Option<String>,
    /// Features and limits that it has or lacks, asked for or not.
    pub features: BTreeMap<String, Feature>,
    /// What its engine's sources say, by topic.
    pub says: BTreeMap<String, Vec<String>>,
}

/// A feature, as it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Feature {
    /// Whether the runtime has it.
    pub has: bool,
    /// What was found.
    pub found: String,
}

/// The answer.
#[derive(Debug, Clone, Serialize)]
pub struct Recommendation {
    /// The needs, as the grammar writes them.
    pub needs: Vec<String>,
    /// What it was measured on.
    pub workloads: Vec<String>,
    /// Runtimes, those that meet the needs first, the cheaper before the dearer; among those
    /// that do not, the nearest first.
    pub candidates: Vec<Candidate>,
    /// What weakens the answer.
    pub cautions: Vec<String>,
    /// The campaign's folder.
    pub campaign: String,
}

impl Recommendation {
    /// Judges every runtime that something is known of. `reach` is the factor by which a thing
    /// measured twice may differ from itself on this machine, 1 on a steady one: a sampled
    /// value within it of its limit is not sure.
    pub fn new(
        needs: &Needs,
        known: &[Knowledge],
        reach: f64,
        campaign: &str,
        cautions: Vec<String>,
    ) -> Self {
        let judged = known.iter().map(|one| judge(needs, one, reach));
        let mut candidates: Vec<Candidate> = judged.collect();
        let cost = |candidate: &Candidate| candidate.cpu_ns.unwrap_or(f64::INFINITY);
        candidates.sort_by(|a, b| {
            let nearness = match a.standing {
                Standing::Fails => a
                    .misses
                    .cmp(&b.misses)
                    .then(a.distance.total_cmp(&b.distance)),
                _ => std::cmp::Ordering::Equal,
            };
            a.standing
                .cmp(&b.standing)
                .then(nearness)
                .then(cost(a).total_cmp(&cost(b)))
                .then(a.runtime.cmp(&b.runtime))
        });
        let mut workloads: Vec<String> = known
            .iter()
            .flat_map(|one| one.values.cells.keys().cloned())
            .collect();
        workloads.sort();
        workloads.dedup();
        Recommendation {
            needs: needs.0.iter().map(Need::to_string).collect(),
            workloads,
            candidates,
            cautions,
            campaign: campaign.to_owned(),
        }
    }

    /// The runtime to take: the cheapest that surely meets every need.
    pub fn best(&self) -> Option<&Candidate> {
        self.candidates
            .first()
            .filter(|first| first.standing == Standing::Meets)
    }
}

fn judge(needs: &Needs, known: &Knowledge, reach: f64) -> Candidate {
    let findings = needs.0.iter().map(|need| find(need, known, reach));
    let findings: Vec<Finding> = findings.collect();
    let measured = known.missing.is_none() && known.values.failures.is_empty();
    let worst = findings.iter().map(|finding| finding.met).max();
    let standing = match worst {
        _ if !measured => Standing::NotMeasured,
        Some(Met::No) => Standing::Fails,
        Some(Met::NotSure) => Standing::NotSure,
        Some(Met::Yes) | None => Standing::Meets,
    };
    let cpu = known
        .values
        .cells
        .values()
        .filter_map(|cell| Some(located(cell.get(&Quantity::Cpu)?, LEVEL, 0)?.median));
    let reason = known.missing.clone().or_else(|| {
        let (workload, reason) = known.values.failures.iter().next()?;
        Some(format!("{workload}: {reason}"))
    });
    Candidate {
        runtime: known.runtime.clone(),
        standing,
        misses: findings.iter().filter(|f| f.met == Met::No).count(),
        distance: findings
            .iter()
            .filter_map(|finding| finding.of_limit)
            .map(|share| share.max(1.0))
            .product(),
        findings,
        cpu_ns: geometric_mean(cpu),
        reason,
        features: known.has.iter().map(feature).collect(),
        says: known.says.clone(),
    }
}

fn feature((word, (has, found)): (&String, &(bool, String))) -> (String, Feature) {
    let feature = Feature {
        has: *has,
        found: found.clone(),
    };
    (word.clone(), feature)
}

fn find(need: &Need, known: &Knowledge, reach: f64) -> Finding {
    let plain = |met, found: String| Finding {
        need: need.to_string(),
        met,
        found,
        value: None,
        of_limit: None,
    };
    match need {
        Need::Below { quantity, limit } => below(need, *quantity, *limit, known, reach),
        Need::Has { word } => match known.has.get(word) {
            Some((true, found)) => plain(Met::Yes, found.clone()),
            Some((false, found)) => plain(Met::No, found.clone()),
            None => plain(Met::NotSure, "could not be found out".to_owned()),
        },
        Need::Says { topic, text } => {
            let said = known.says.get(topic).map(Vec::as_slice).unwrap_or_default();
            let wanted = text.to_lowercase();
            let holds = |line: &&String| line.to_lowercase().contains(&wanted);
            match said.iter().find(holds) {
                Some(line) => plain(Met::Yes, line.clone()),
                None if said.is_empty() => {
                    plain(Met::NotSure, format!("nothing is known of its {topic}"))
                }
                None => plain(Met::No, said.join(" ")),
            }
        }
    }
}

/// A limit, on the workload that comes nearest to breaking it.
fn below(need: &Need, quantity: Quantity, limit: f64, known: &Knowledge, reach: f64) -> Finding {
    let each = known.values.cells.iter().filter_map(|(workload, cell)| {
        let value = located(cell.get(&quantity)?, LEVEL, 0)?;
        Some((workload, value))
    });
    // Every workload must keep the limit, so the word is that of the worst.
    let worst = each
        .map(|(workload, value)| (met(value, limit, reach), workload, value))
        .max_by(|a, b| a.0.cmp(&b.0).then(a.2.median.total_cmp(&b.2.median)));
    let untold = known
        .values
        .cells
        .values()
        .any(|cell| !cell.contains_key(&quantity));
    let Some((met, workload, value)) = worst else {
        return Finding {
            need: need.to_string(),
            met: Met::NotSure,
            found: "not measured".to_owned(),
            value: None,
            of_limit: None,
        };
    };
    let met = match met {
        Met::Yes if untold => Met::NotSure,
        met => met,
    };
    let on = match known.values.cells.len() {
        1 => String::new(),
        _ => format!(" on {workload}"),
    };
    let few = match value.n < FEWEST_BLOCKS && value.low != value.high {
        true => format!(", {} of {FEWEST_BLOCKS} blocks", value.n),
        false => String::new(),
    };
    Finding {
        need: need.to_string(),
        met,
        found: format!(
            "{} ({} to {}){on}{few}",
            quantity.show(value.median),
            quantity.show(value.low),
            quantity.show(value.high),
        ),
        value: Some(value),
        of_limit: Some(value.median / limit),
    }
}

fn met(value: Located, limit: f64, reach: f64) -> Met {
    let constant = value.low == value.high;
    match () {
        () if value.n < FEWEST_BLOCKS && !constant => Met::NotSure,
        () if constant && value.high < limit => Met::Yes,
        () if constant => Met::No,
        () if value.high * reach < limit => Met::Yes,
        () if value.low / reach >= limit => Met::No,
        () => Met::NotSure,
    }
}
