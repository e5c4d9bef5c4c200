//! Named pairs: the answer to "is A faster than B?", workload by workload.

use super::claim::{Claim, ClaimWord, claim_of, claimed_pairs};
use super::group::{Context, Group};
use super::overall::mean_by_block;
use super::samples::Samples;
use super::unlike::{Unlikeness, between};
use super::{CellSummary, Comparison, Metric};
use crate::model::{Cell, Pair};
use crate::statistics::{PairedRatio, Series, holm, median, paired_ratio};
use serde::Serialize;
use std::collections::BTreeMap;

/// Two runtimes compared by name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairSummary {
    /// The runtimes.
    #[serde(flatten)]
    pub pair: Pair,
    /// Whether somebody asked for it; else a public claim did.
    pub asked: bool,
    /// In what they are not alike.
    pub unlike: Vec<Unlikeness>,
    /// What was said of them in public.
    pub claim: Option<Claim>,
    /// Why there is no answer at all.
    pub unanswered: Option<String>,
    /// The answers: by ranking, then over all rankings where there are several; for each the
    /// primary metric and start-up.
    pub answers: Vec<PairAnswer>,
}

/// One metric of a pair on one workload.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairAnswer {
    /// The workload, or `all rankings (geometric mean)`.
    pub scope: String,
    /// The metric.
    pub metric: Metric,
    /// Median of the left runtime, in nanoseconds.
    pub left_ns: f64,
    /// Median of the right runtime, in nanoseconds.
    pub right_ns: f64,
    /// Left over right. The probability is Holm-adjusted over this metric's answers.
    pub comparison: Comparison,
    /// What it says of the claim; the claims are about steady cost.
    pub claim: Option<ClaimWord>,
}

/// The pairs that were asked for, and those of public claims that were measured.
pub(super) fn pairs(
    groups: &[Group],
    cells: &BTreeMap<Cell, Samples<'_>>,
    context: &Context<'_>,
) -> Vec<PairSummary> {
    let asked = &context.campaign.pairs;
    let mirrored = |a: &Pair, b: &Pair| a.left == b.right && a.right == b.left;
    let mut found: Vec<PairSummary> = Vec::new();
    for pair in asked {
        if !found.iter().any(|known| known.pair == *pair) {
            found.push(summary(pair, true, groups, cells, context));
        }
    }
    for pair in claimed_pairs() {
        let known = asked.iter().any(|own| *own == pair || mirrored(own, &pair));
        let summary = summary(&pair, false, groups, cells, context);
        if !known && summary.unanswered.is_none() {
            found.push(summary);
        }
    }
    found
}

/// A scope with the two series of each metric.
struct Arms {
    scope: String,
    series: Vec<(Metric, Series, Series)>,
}

fn summary(
    pair: &Pair,
    asked: bool,
    groups: &[Group],
    cells: &BTreeMap<Cell, Samples<'_>>,
    context: &Context<'_>,
) -> PairSummary {
    let claim = claim_of(pair);
    let metrics = [context.primary, Metric::Startup];
    let arms = arms(pair, &metrics, groups, cells);
    let mut answers = Vec::new();
    for metric in metrics {
        answers.extend(answer(metric, &arms, claim.as_ref(), context));
    }
    // Workload by workload, each with its metrics.
    answers.sort_by_key(|answer| arms.iter().position(|arms| arms.scope == answer.scope));
    let unanswered = answers.is_empty().then(|| missing(pair, groups, context));
    PairSummary {
        pair: pair.clone(),
        asked,
        unlike: between(context.campaign, &pair.left, &pair.right),
        claim,
        unanswered,
        answers,
    }
}

/// The cell of a runtime in a group, where its times may be shown.
fn usable<'a>(group: &'a Group, runtime: &str) -> Option<&'a CellSummary> {
    let mut measured = group.measured();
    measured.find(|cell| cell.cell.runtime == runtime && !cell.trace_differs())
}

/// The workload's title, with what sets the group apart where several share it.
fn scope(group: &Group, groups: &[Group]) -> String {
    match groups
        .iter()
        .filter(|other| other.title == group.title)
        .count()
    {
        1 => group.title.clone(),
        _ => group.label(),
    }
}

fn arms(
    pair: &Pair,
    metrics: &[Metric],
    groups: &[Group],
    cells: &BTreeMap<Cell, Samples<'_>>,
) -> Vec<Arms> {
    let of = |group: &Group| {
        let left = cells.get(&usable(group, &pair.left)?.cell)?;
        let right = cells.get(&usable(group, &pair.right)?.cell)?;
        let series = |metric: &Metric| (*metric, left.series(*metric), right.series(*metric));
        Some(Arms {
            scope: scope(group, groups),
            series: metrics.iter().map(series).collect(),
        })
    };
    let mut arms: Vec<Arms> = groups.iter().filter_map(of).collect();
    if arms.len() > 1 && arms.len() == groups.len() {
        let mean = |at: usize| {
            let each = |side: fn(&(Metric, Series, Series)) -> &Series| {
                let all: Vec<Series> = arms
                    .iter()
                    .map(|arms| side(&arms.series[at]).clone())
                    .collect();
                mean_by_block(&all)
            };
            (metrics[at], each(|found| &found.1), each(|found| &found.2))
        };
        let series = (0..metrics.len()).map(mean).collect();
        arms.push(Arms {
            scope: "all rankings (geometric mean)".to_owned(),
            series,
        });
    }
    arms
}

fn answer(
    metric: Metric,
    arms: &[Arms],
    claim: Option<&Claim>,
    context: &Context<'_>,
) -> Vec<PairAnswer> {
    let policy = context.policy;
    let trusted = context.trust.of(metric);
    let found: Vec<(&str, f64, f64, PairedRatio)> = arms
        .iter()
        .filter_map(|arms| {
            let (_, left, right) = arms.series.iter().find(|(own, ..)| *own == metric)?;
            let seed = context.campaign.seed;
            let ratio = paired_ratio(left, right, policy.level, policy.band, seed)?;
            let cost = |series: &Series| median(series.values().copied());
            Some((arms.scope.as_str(), cost(left)?, cost(right)?, ratio))
        })
        .collect();
    let family: Vec<f64> = found.iter().map(|(.., ratio)| ratio.p).collect();
    let adjusted = holm(&family);
    let answer = |((scope, left_ns, right_ns, ratio), p_adjusted): (_, f64)| {
        let ratio: PairedRatio = ratio;
        let sound = trusted && ratio.n >= policy.min_blocks;
        let claim = claim.filter(|_| metric == context.primary);
        PairAnswer {
            scope: String::from(scope),
            metric,
            left_ns,
            right_ns,
            comparison: Comparison {
                ratio,
                p_adjusted,
                word: policy.word(&ratio, p_adjusted, trusted),
            },
            claim: claim.map(|claim| claim.word(&ratio, sound)),
        }
    };
    found.into_iter().zip(adjusted).map(answer).collect()
}

/// Why no workload has times of both.
fn missing(pair: &Pair, groups: &[Group], context: &Context<'_>) -> String {
    for name in [&pair.left, &pair.right] {
        let unavailable = &context.campaign.unavailable;
        if let Some(row) = unavailable
            .iter()
            .find(|row| row.runtime == *name && row.workload.is_none())
        {
            return format!("{name} is not available: {}; {}", row.reason, row.remedy);
        }
        if groups.iter().any(|group| usable(group, name).is_some()) {
            continue;
        }
        let cells = groups.iter().flat_map(|group| &group.cells);
        let withheld = cells
            .filter(|cell| cell.cell.runtime == **name)
            .find_map(|cell| cell.withheld.as_deref());
        return match withheld {
            Some(reason) => format!("{name} has no times: {reason}"),
            None => format!("{name} was not measured"),
        };
    }
    "no workload was measured on both".to_owned()
}
