//! The overall ranking: the geometric mean over workloads.

use super::group::{Context, Group};
use super::samples::Samples;
use super::unlike::between;
use super::{Comparison, Unlikeness};
use crate::model::{Cell, ModeKind};
use crate::statistics::{Contender, Series, Word, geometric_mean, rank};
use serde::Serialize;
use std::collections::BTreeMap;

/// Runtimes over all rankings of the campaign.
#[derive(Debug, Clone, Serialize)]
pub struct Overall {
    /// Ranked by cost.
    pub rows: Vec<OverallRow>,
    /// Runtimes that did not run everything and so have no mean.
    pub left_out: Vec<String>,
}

/// One runtime over all rankings.
#[derive(Debug, Clone, Serialize)]
pub struct OverallRow {
    /// The runtime.
    pub runtime: String,
    /// What sort of execution its mode is.
    pub kind: ModeKind,
    /// 1 for the leader and all who are tied with it.
    pub rank: Option<usize>,
    /// True when the rank is shared.
    pub tied: bool,
    /// In what it is not like the leader; itself stands on the left.
    pub unlike_best: Vec<Unlikeness>,
    /// Median over blocks of the geometric mean over rankings, in nanoseconds.
    pub cost: f64,
    /// Ratio of that mean to the leader's, block by block; `None` for the leader itself.
    pub to_best: Option<Comparison>,
    /// The word for it.
    pub word: Word,
}

/// `None` when there are fewer than two groups: the group's own ranking says it all.
pub(super) fn overall(
    groups: &[Group],
    cells: &BTreeMap<Cell, Samples<'_>>,
    context: &Context<'_>,
) -> Option<Overall> {
    if groups.len() < 2 {
        return None;
    }
    let mut by_runtime: BTreeMap<&str, Vec<Series>> = BTreeMap::new();
    let mut kinds: BTreeMap<&str, ModeKind> = BTreeMap::new();
    for group in groups {
        for summary in &group.cells {
            let runtime = summary.cell.runtime.as_str();
            kinds.insert(runtime, summary.kind);
            let all = by_runtime.entry(runtime).or_default();
            let usable = summary.withheld.is_none() && !summary.trace_differs();
            if let Some(samples) = cells.get(&summary.cell).filter(|_| usable) {
                all.push(samples.series(context.primary));
            }
        }
    }
    let (complete, partial): (Vec<_>, Vec<_>) = by_runtime
        .into_iter()
        .partition(|(_, series)| series.len() == groups.len());
    let means: Vec<(&str, Series)> = complete
        .into_iter()
        .map(|(runtime, series)| (runtime, mean_by_block(&series)))
        .collect();
    let contenders: Vec<Contender<'_>> = means
        .iter()
        .map(|(name, series)| Contender {
            name,
            series,
            may_lead: kinds[name] != ModeKind::Native,
        })
        .collect();
    let trusted = context.trust.of(context.primary);
    let places = rank(&contenders, context.policy, trusted, context.campaign.seed);
    let leader = places
        .iter()
        .find(|place| contenders[place.index].may_lead)
        .map(|place| contenders[place.index].name);
    let row = |place: crate::statistics::Place| {
        let name = contenders[place.index].name;
        let comparison = place.to_leader.zip(place.p_adjusted);
        OverallRow {
            runtime: name.to_owned(),
            kind: kinds[name],
            rank: place.rank,
            tied: place.tied,
            unlike_best: leader
                .filter(|leader| *leader != name)
                .map(|leader| between(context.campaign, name, leader))
                .unwrap_or_default(),
            cost: place.cost,
            to_best: comparison.map(|(ratio, p_adjusted)| Comparison {
                ratio,
                p_adjusted,
                word: place.word,
            }),
            word: place.word,
        }
    };
    let mut rows: Vec<OverallRow> = places.into_iter().map(row).collect();
    rows.sort_by_key(|row| (row.kind != ModeKind::Native, row.rank.unwrap_or(usize::MAX)));
    Some(Overall {
        rows,
        left_out: partial
            .into_iter()
            .map(|(name, _)| name.to_owned())
            .collect(),
    })
}

/// The geometric mean per block, for the blocks that all have.
pub(super) fn mean_by_block(series: &[Series]) -> Series {
    let Some((first, others)) = series.split_first() else {
        return Series::new();
    };
    let mean = |(block, value): (&u32, &f64)| {
        let others: Option<Vec<f64>> = others.iter().map(|s| s.get(block).copied()).collect();
        Some((*block, geometric_mean(others?.into_iter().chain([*value]))?))
    };
    first.iter().filter_map(mean).collect()
}
