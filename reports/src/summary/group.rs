//! Groups: the cells that may be ranked against each other.

use super::cell::{CellSummary, summarise};
use super::comparison::compare_all;
use super::samples::Samples;
use super::unlike::between;
use super::{Metric, Trust};
use crate::model::{Campaign, Cell, ModeKind};
use crate::statistics::{Contender, Course, Policy, Series, fastest_stretches, rank};
use serde::Serialize;
use std::collections::BTreeMap;

/// All runtimes on the same workload, variant, isolation and number of threads.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    /// Name of the workload.
    pub workload: String,
    /// Its title.
    pub title: String,
    /// Variant of the workload.
    pub variant: String,
    /// Isolation.
    pub isolation: String,
    /// Worker threads.
    pub threads: u32,
    /// Cells: ranked by cost, then those without a measurement.
    pub cells: Vec<CellSummary>,
    /// The runtime of lowest cost that is not a native twin.
    pub best: Option<String>,
    /// The native twin.
    pub native: Option<String>,
    /// Which runtime has used the least time in all, by number of requests; native twins left out.
    pub break_even: Vec<BreakEvenStretch>,
}

/// A stretch of request counts with one runtime ahead.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BreakEvenStretch {
    /// The runtime.
    pub runtime: String,
    /// The first request count of the stretch.
    pub from_requests: f64,
}

impl Group {
    /// The group's name for people: the workload's title, and what sets it
    /// apart from its siblings: `Header rewrite (rust, thread x1)`.
    pub fn label(&self) -> String {
        let mut details = vec![self.variant.clone(), self.isolation.clone()];
        details.retain(|detail| !detail.is_empty());
        let threads = match self.threads {
            1 => "1 thread".to_owned(),
            threads => format!("{threads} threads"),
        };
        details.push(threads);
        format!("{} ({})", self.title, details.join(", "))
    }

    /// The cells that were measured and whose outcomes were right.
    pub fn measured(&self) -> impl Iterator<Item = &CellSummary> {
        self.cells
            .iter()
            .filter(|cell| cell.withheld.is_none() && cell.blocks > 0)
    }
}

impl CellSummary {
    /// True when its host calls were not those of most runtimes.
    pub fn trace_differs(&self) -> bool {
        self.check
            .as_ref()
            .is_some_and(|check| check.trace_agrees == Some(false))
    }

    /// Its start-up and steady cost; `None` when one was not measured.
    pub fn course(&self) -> Option<Course> {
        Some(Course {
            startup_ns: self.metrics.get(&Metric::Startup)?.median,
            request_ns: self.metrics.get(&Metric::WallPerTransaction)?.median,
        })
    }
}

/// What the makers of groups need to know about the campaign.
pub(super) struct Context<'a> {
    pub(super) campaign: &'a Campaign,
    pub(super) policy: &'a Policy,
    pub(super) trust: &'a Trust,
    pub(super) primary: Metric,
}

impl Context<'_> {
    fn kind(&self, runtime: &str) -> ModeKind {
        let row = self
            .campaign
            .runtimes
            .iter()
            .find(|row| row.runtime == runtime);
        row.map(|row| row.mode_kind())
            .filter(|kind| *kind != ModeKind::Unknown)
            .unwrap_or_else(|| {
                let (engine, mode) = runtime.split_once('/').unwrap_or((runtime, ""));
                ModeKind::infer(engine, mode)
            })
    }
}

/// Puts the main arms into groups, in the campaign's order of workloads.
pub(super) fn groups(cells: &BTreeMap<Cell, Samples<'_>>, context: &Context<'_>) -> Vec<Group> {
    let mut keyed: BTreeMap<_, Vec<(&Cell, &Samples<'_>)>> = BTreeMap::new();
    for (cell, samples) in cells.iter().filter(|(cell, _)| !cell.is_control()) {
        let known = context
            .campaign
            .workloads
            .iter()
            .position(|info| info.name == cell.workload);
        let key = (
            known.unwrap_or(usize::MAX),
            cell.workload.as_str(),
            cell.variant.as_str(),
            cell.isolation.as_str(),
            cell.threads,
        );
        keyed.entry(key).or_default().push((cell, samples));
    }
    keyed
        .into_values()
        .filter_map(|members| group(&members, context))
        .collect()
}

fn group(members: &[(&Cell, &Samples<'_>)], context: &Context<'_>) -> Option<Group> {
    let first = members.first()?.0;
    let info = context
        .campaign
        .workloads
        .iter()
        .find(|info| info.name == first.workload);
    let title = info
        .map(|info| info.title.clone())
        .filter(|title| !title.is_empty());
    let summary = |(cell, samples): &(&Cell, &Samples<'_>)| {
        summarise(cell, context.kind(&cell.runtime), samples)
    };
    let mut cells: Vec<CellSummary> = members.iter().map(summary).collect();
    compare_traces(&mut cells);
    withhold(&mut cells);
    let mut group = Group {
        workload: first.workload.clone(),
        title: title.unwrap_or_else(|| first.workload.clone()),
        variant: first.variant.clone(),
        isolation: first.isolation.clone(),
        threads: first.threads,
        cells: Vec::new(),
        best: None,
        native: None,
        break_even: Vec::new(),
    };
    rank_cells(&mut cells, members, context, &mut group);
    group.cells = cells;
    group.break_even = stretches(&group);
    Some(group)
}

/// Marks the traces that differ from the most common one.
fn compare_traces(cells: &mut [CellSummary]) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for check in cells.iter().filter_map(|cell| cell.check.as_ref()) {
        if !check.trace_sha256.is_empty() {
            *counts.entry(check.trace_sha256.clone()).or_default() += 1;
        }
    }
    if counts.values().sum::<usize>() < 2 {
        return;
    }
    let most = counts.values().max().copied().unwrap_or(0);
    let mut common = counts
        .iter()
        .filter(|(_, count)| **count == most)
        .map(|(trace, _)| trace);
    // Two camps of equal size: nobody can tell which of them is right.
    let common = common.next().filter(|_| common.next().is_none());
    for check in cells.iter_mut().filter_map(|cell| cell.check.as_mut()) {
        check.trace_agrees =
            (!check.trace_sha256.is_empty()).then(|| Some(&check.trace_sha256) == common);
    }
}

fn withhold(cells: &mut [CellSummary]) {
    for cell in cells {
        let wrong = cell
            .check
            .as_ref()
            .filter(|check| check.matched != check.exchanges);
        cell.withheld = match wrong {
            Some(check) => Some(format!(
                "{} of {} outcomes were wrong",
                check.exchanges.saturating_sub(check.matched),
                check.exchanges
            )),
            None => (cell.blocks == 0).then(|| "not measured".to_owned()),
        };
    }
}

fn rank_cells(
    cells: &mut Vec<CellSummary>,
    members: &[(&Cell, &Samples<'_>)],
    context: &Context<'_>,
    group: &mut Group,
) {
    let eligible: Vec<usize> = (0..cells.len())
        .filter(|i| cells[*i].withheld.is_none())
        .collect();
    let samples: Vec<&Samples<'_>> = eligible.iter().map(|i| members[*i].1).collect();
    let series: Vec<Series> = samples.iter().map(|s| s.series(context.primary)).collect();
    let contenders: Vec<Contender<'_>> = eligible
        .iter()
        .zip(&series)
        .map(|(i, series)| Contender {
            name: &members[*i].0.runtime,
            series,
            may_lead: cells[*i].kind != ModeKind::Native && !cells[*i].trace_differs(),
        })
        .collect();
    let seed = context.campaign.seed;
    let places = rank(
        &contenders,
        context.policy,
        context.trust.of(context.primary),
        seed,
    );
    for place in &places {
        let cell = &mut cells[eligible[place.index]];
        (cell.rank, cell.tied, cell.word) = (place.rank, place.tied, place.word);
    }
    let first = |fits: &dyn Fn(usize) -> bool| places.iter().map(|p| p.index).find(|at| fits(*at));
    let best = first(&|at| contenders[at].may_lead);
    let native = first(&|at| cells[eligible[at]].kind == ModeKind::Native);
    let name = |at: Option<usize>| at.map(|at| contenders[at].name.to_owned());
    (group.best, group.native) = (name(best), name(native));
    if let Some(best) = &group.best {
        for cell in cells.iter_mut().filter(|cell| cell.cell.runtime != *best) {
            cell.unlike_best = between(context.campaign, &cell.cell.runtime, best);
        }
    }
    for metric in Metric::ALL {
        let trusted = context.trust.of(metric);
        for (baseline, is_native) in [(best, false), (native, true)] {
            let Some(baseline) = baseline else { continue };
            let found = compare_all(&samples, baseline, metric, context.policy, trusted, seed);
            for (at, comparison) in found.into_iter().enumerate() {
                let cell = &mut cells[eligible[at]];
                let into = if is_native {
                    &mut cell.to_native
                } else {
                    &mut cell.to_best
                };
                if let Some(comparison) = comparison {
                    into.insert(metric, comparison);
                }
            }
        }
    }
    let position = |i: usize| {
        places
            .iter()
            .position(|p| eligible[p.index] == i)
            .unwrap_or(usize::MAX)
    };
    let mut order: Vec<usize> = (0..cells.len()).collect();
    // A tied runtime stands beside its equals even where a slower median crept between.
    order.sort_by_key(|i| {
        let native_first = cells[*i].kind == ModeKind::Native && cells[*i].withheld.is_none();
        (
            !native_first,
            cells[*i].rank.unwrap_or(usize::MAX),
            position(*i),
            *i,
        )
    });
    let mut taken: Vec<Option<CellSummary>> = cells.drain(..).map(Some).collect();
    cells.extend(order.into_iter().filter_map(|i| taken[i].take()));
}

fn stretches(group: &Group) -> Vec<BreakEvenStretch> {
    let runners: Vec<(&str, Course)> = group
        .measured()
        .filter(|cell| cell.kind != ModeKind::Native && !cell.trace_differs())
        .filter_map(|cell| Some((cell.cell.runtime.as_str(), cell.course()?)))
        .collect();
    let courses: Vec<Course> = runners.iter().map(|(_, course)| *course).collect();
    let named = |stretch: crate::statistics::Stretch| BreakEvenStretch {
        runtime: runners[stretch.index].0.to_owned(),
        from_requests: stretch.from,
    };
    fastest_stretches(&courses).into_iter().map(named).collect()
}
