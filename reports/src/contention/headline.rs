//! The sentences to take away, one for each runtime and workload, computed from the intervals.

use super::point::rates;
use super::summary::Cells;
use super::{ContentionCampaign, ContentionCurve, ContentionPoint, ContentionTrial, Way};
use crate::model::Cell;
use crate::statistics::{Contender, Estimate, Interval, Policy, Series, rank};
use serde::Serialize;

/// Share of doubtful trials beyond which a cell's rate is not that of its threads.
const DOUBTFUL: f64 = 0.1;

/// The sentence to take away of a runtime and a workload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContentionHeadline {
    /// The workload; empty when nothing was measured.
    pub workload: String,
    /// The runtime.
    pub runtime: String,
    /// What sharing costs, in one or two sentences.
    pub text: String,
    /// What to choose; `None` when nothing can be said.
    pub advice: Option<String>,
    /// Whether the machine and the number of blocks support it.
    pub decided: bool,
}

impl Default for ContentionHeadline {
    fn default() -> Self {
        Self {
            workload: String::new(),
            runtime: String::new(),
            text: "Nothing was measured with more than one isolation.".to_owned(),
            advice: None,
            decided: false,
        }
    }
}

/// What follows for each runtime and workload.
pub(super) struct Headlines {
    pub(super) all: Vec<ContentionHeadline>,
    /// Why none of them may advise because something else set the pace.
    pub(super) doubt: Option<String>,
}

/// The isolations of one runtime and workload at one number of threads.
struct Stage<'a> {
    runtime: &'a str,
    workload: &'a str,
    threads: u32,
    rows: Vec<(&'a ContentionCurve, &'a ContentionPoint)>,
}

pub(super) fn headlines(
    cells: &Cells<'_>,
    curves: &[ContentionCurve],
    trials: &[ContentionTrial],
    objection: Option<&str>,
    campaign: &ContentionCampaign,
    policy: &Policy,
) -> Headlines {
    let stages = stages(curves, campaign.machine.cores);
    let doubts: Vec<Option<String>> = stages.iter().map(|stage| doubt(stage, trials)).collect();
    let all = stages.iter().zip(&doubts).map(|(stage, doubt)| {
        let objection = objection.or(doubt.as_deref());
        headline(stage, cells, objection, campaign, policy)
    });
    Headlines {
        all: all.collect(),
        doubt: match doubts.iter().all(Option::is_some) {
            true => doubts.first().cloned().flatten(),
            false => None,
        },
    }
}

fn headline(
    stage: &Stage<'_>,
    cells: &Cells<'_>,
    objection: Option<&str>,
    campaign: &ContentionCampaign,
    policy: &Policy,
) -> ContentionHeadline {
    let told: Vec<String> = stage.rows.iter().map(|row| told(row.0, row.1)).collect();
    let through = match campaign.way {
        Way::InProcess => "",
        Way::Proxy => " through the proxy",
    };
    let text = format!(
        "{} run{} {} on {}{through}: {}.",
        threads(stage.threads),
        if stage.threads == 1 { "s" } else { "" },
        stage.workload,
        stage.runtime,
        told.join("; ")
    );
    let headline = |text: String, advice: Option<String>| ContentionHeadline {
        workload: stage.workload.to_owned(),
        runtime: stage.runtime.to_owned(),
        text,
        decided: advice.is_some(),
        advice,
    };
    if let Some(objection) = objection {
        return headline(format!("Undecided, {objection}. Seen: {text}"), None);
    }
    let series: Vec<Series> = stage
        .rows
        .iter()
        .map(|row| cost(cells, row.0, row.1))
        .collect();
    let contenders: Vec<Contender<'_>> = stage
        .rows
        .iter()
        .zip(&series)
        .map(|((curve, _), series)| Contender {
            name: &curve.isolation,
            series,
            may_lead: true,
        })
        .collect();
    let places = rank(&contenders, policy, true, campaign.seed);
    let first: Vec<usize> = places
        .iter()
        .filter(|place| place.rank == Some(1))
        .map(|place| place.index)
        .collect();
    headline(text, advice(stage, &first))
}

/// Why a stage's rates are not those of its threads.
fn doubt(stage: &Stage<'_>, trials: &[ContentionTrial]) -> Option<String> {
    stage.rows.iter().find_map(|(curve, point)| {
        let own = trials.iter().filter(|trial| {
            let cell = &trial.cell;
            trial.contended.is_some()
                && !cell.is_control()
                && cell.threads == point.threads
                && is_of(cell, curve)
        });
        let own: Vec<Option<&str>> = own.map(|trial| trial.doubt.as_deref()).collect();
        let doubts: Vec<&str> = own.iter().flatten().copied().collect();
        let first = doubts.first()?;
        (doubts.len() as f64 > DOUBTFUL * own.len() as f64).then(|| {
            format!(
                "the proxy did not set the pace in {} of {} trials of isolation {} with {} ({first})",
                doubts.len(),
                own.len(),
                curve.isolation,
                threads(point.threads)
            )
        })
    })
}

/// Each runtime and workload with several isolations, in order.
fn stages(curves: &[ContentionCurve], cores: u32) -> Vec<Stage<'_>> {
    let same = |a: &ContentionCurve, b: &ContentionCurve| {
        a.workload == b.workload && a.variant == b.variant && a.runtime == b.runtime
    };
    let mut firsts: Vec<&ContentionCurve> = Vec::new();
    for curve in curves {
        if !firsts.iter().any(|first| same(first, curve)) {
            firsts.push(curve);
        }
    }
    let group =
        |first: &ContentionCurve| curves.iter().filter(|curve| same(first, curve)).collect();
    firsts
        .into_iter()
        .filter_map(|first| stage(group(first), cores))
        .collect()
}

/// Curves of one runtime and workload at the most threads that have a core each, else at the
/// most there are; `None` without several isolations.
fn stage(same: Vec<&ContentionCurve>, cores: u32) -> Option<Stage<'_>> {
    let at = |threads: u32| -> Vec<(&ContentionCurve, &ContentionPoint)> {
        let point = |curve: &ContentionCurve| {
            curve
                .points
                .iter()
                .position(|point| point.threads == threads)
        };
        same.iter()
            .filter_map(|curve| Some((*curve, &curve.points[point(curve)?])))
            .collect()
    };
    let mut counts: Vec<u32> = same
        .iter()
        .flat_map(|curve| &curve.points)
        .map(|point| point.threads)
        .filter(|threads| at(*threads).len() > 1)
        .collect();
    counts.sort_unstable();
    let with_cores = counts
        .iter()
        .rev()
        .find(|threads| **threads > 1 && **threads <= cores);
    let threads = *with_cores.or(counts.last())?;
    let first = same.first()?;
    Some(Stage {
        runtime: &first.runtime,
        workload: &first.workload,
        threads,
        rows: at(threads),
    })
}

/// One isolation in words.
fn told(curve: &ContentionCurve, point: &ContentionPoint) -> String {
    let mut text = match &point.scaling {
        Some(ratio) => format!(
            "{} gives {:.2} times the rate of {} ({:.2} to {:.2})",
            named(&curve.isolation),
            ratio.estimate,
            threads(curve.points[0].threads),
            ratio.interval.low,
            ratio.interval.high
        ),
        None => format!(
            "{} gives {:.0} transactions a second",
            named(&curve.isolation),
            point.rate.value
        ),
    };
    if let Some(locks) = &point.locks {
        text.push_str(&format!(
            " and waits for locks {} of the time",
            percent(&locks.share)
        ));
    }
    text
}

fn threads(count: u32) -> String {
    match count {
        1 => "one thread".to_owned(),
        count => format!("{count} threads"),
    }
}

/// An isolation in words.
fn named(isolation: &str) -> String {
    match isolation {
        "shared" => "one VM shared by all".to_owned(),
        "thread" => "a VM for each thread".to_owned(),
        "request" => "a fresh VM for each request".to_owned(),
        other => match other.strip_prefix("pool:") {
            Some(size) => format!("a pool of {size} VMs"),
            None => other.to_owned(),
        },
    }
}

fn percent(share: &Estimate) -> String {
    let value = format!("{:.0} %", share.value * 100.0);
    match share.interval {
        Some(Interval { low, high }) => {
            format!("{value} ({:.0} to {:.0})", low * 100.0, high * 100.0)
        }
        None => value,
    }
}

/// Time of a transaction over all threads, block by block: what is lower is better.
fn cost(cells: &Cells<'_>, curve: &ContentionCurve, point: &ContentionPoint) -> Series {
    let cell = cells
        .keys()
        .find(|cell| !cell.is_control() && cell.threads == point.threads && is_of(cell, curve));
    let rates = cell.and_then(|cell| cells.get(cell)).map(rates);
    let inverse = |(block, rate): (u32, f64)| (block, 1.0 / rate);
    rates.unwrap_or_default().into_iter().map(inverse).collect()
}

fn is_of(cell: &Cell, curve: &ContentionCurve) -> bool {
    cell.workload == curve.workload
        && cell.variant == curve.variant
        && cell.runtime == curve.runtime
        && cell.isolation == curve.isolation
}

/// What to choose: the fastest, and of those that cannot be told apart the smallest.
fn advice(stage: &Stage<'_>, first: &[usize]) -> Option<String> {
    let resident = |index: &usize| stage.rows[*index].1.resident_bytes.value;
    let name = |index: &usize| stage.rows[*index].0.isolation.as_str();
    let best = first
        .iter()
        .min_by(|a, b| resident(a).total_cmp(&resident(b)))?;
    if first.len() == stage.rows.len() {
        return Some(format!(
            "Choose isolation {} by memory: the rates of all that were measured cannot be told \
             apart, and it takes the least, {:.0} MB.",
            name(best),
            resident(best) / 1e6
        ));
    }
    if let [only] = first {
        let memory = stage
            .rows
            .iter()
            .map(|(_, point)| point.resident_bytes.value)
            .fold(f64::INFINITY, f64::min);
        let more = resident(only) - memory;
        let price = match more > 5e5 {
            true => format!("; it takes {:.1} MB more than the smallest", more / 1e6),
            false => String::new(),
        };
        return Some(format!("Choose isolation {}{price}.", name(only)));
    }
    let tied: Vec<&str> = first.iter().map(name).collect();
    Some(format!(
        "Choose among isolations {}, which cannot be told apart; of these {} takes the least \
         memory.",
        tied.join(" and "),
        name(best)
    ))
}
