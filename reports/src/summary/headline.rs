//! The headline: one sentence, and how sure it is.

use super::{Aspect, Metric, Summary, Unlikeness, named};
use crate::model::ModeKind;
use crate::statistics::PairedRatio;
use serde::Serialize;

/// The verdict of a campaign.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Headline {
    /// True when the sentence names a winner or a tie; false when it is undecided.
    pub decided: bool,
    /// The verdict.
    pub sentence: String,
    /// How sure it is.
    pub certainty: String,
    /// One sentence for each ranking, when there is more than one.
    pub by_ranking: Vec<String>,
    /// What must be known before the numbers are compared; empty when the modes are alike.
    pub caution: String,
}

/// A ranking's rows as far as the headline needs them.
struct Row<'a> {
    runtime: &'a str,
    unlike_best: &'a [Unlikeness],
    kind: ModeKind,
    rank: Option<usize>,
    cost: f64,
    to_best: Option<PairedRatio>,
}

pub(super) fn headline(summary: &Summary) -> Headline {
    let rankings: Vec<(String, Vec<Row<'_>>)> = summary
        .groups
        .iter()
        .map(|group| (group.title.clone(), group_rows(summary, group)))
        .collect();
    let overall = summary.overall.as_ref().map(|overall| {
        let rows = overall.rows.iter().map(|row| Row {
            runtime: &row.runtime,
            unlike_best: &row.unlike_best,
            kind: row.kind,
            rank: row.rank,
            cost: row.cost,
            to_best: row.to_best.map(|comparison| comparison.ratio),
        });
        (everything(summary), rows.collect::<Vec<_>>())
    });
    // Without a runtime that ran everything, the first ranking speaks.
    let main = overall
        .as_ref()
        .filter(|(_, rows)| !rows.is_empty())
        .or(rankings.first());
    let decided = main.is_some_and(|(_, rows)| rows.iter().any(|row| row.rank == Some(1)));
    let sentence = match main {
        Some((scope, rows)) => sentence(summary, scope, rows),
        None => "Nothing was measured.".to_owned(),
    };
    let by_ranking = match rankings.len() {
        0 | 1 => Vec::new(),
        _ => rankings
            .iter()
            .map(|(scope, rows)| in_short(scope, rows))
            .collect(),
    };
    let certainty = certainty(
        summary,
        main.map(|(_, rows)| rows.as_slice()).unwrap_or_default(),
    );
    Headline {
        decided,
        sentence,
        certainty,
        by_ranking,
        caution: caution(summary),
    }
}

fn group_rows<'a>(summary: &Summary, group: &'a super::Group) -> Vec<Row<'a>> {
    let row = |cell: &'a super::CellSummary| {
        Some(Row {
            runtime: &cell.cell.runtime,
            unlike_best: &cell.unlike_best,
            kind: cell.kind,
            rank: cell.rank,
            cost: cell.metrics.get(&summary.primary)?.median,
            to_best: cell
                .to_best
                .get(&summary.primary)
                .map(|comparison| comparison.ratio),
        })
    };
    group
        .measured()
        .filter(|cell| !cell.trace_differs())
        .filter_map(row)
        .collect()
}

/// What an overall ranking is over: `both workloads`, or `all 4 rankings` when
/// isolation or threads differ too.
fn everything(summary: &Summary) -> String {
    let mut workloads: Vec<&str> = summary.groups.iter().map(|g| g.workload.as_str()).collect();
    workloads.dedup();
    match (
        workloads.len() == summary.groups.len(),
        summary.groups.len(),
    ) {
        (true, 2) => "both workloads".to_owned(),
        (true, many) => format!("all {many} workloads"),
        (false, many) => format!("all {many} rankings"),
    }
}

/// Who follows the leaders.
struct Next<'a> {
    runtime: &'a str,
    ratio: PairedRatio,
    unlike_best: &'a [Unlikeness],
}

/// A ranking reduced to what a sentence can say.
struct Podium<'a> {
    lowest: &'a str,
    leaders: Vec<&'a str>,
    next: Option<Next<'a>>,
    runners: usize,
}

fn podium<'a>(rows: &[Row<'a>]) -> Option<Podium<'a>> {
    let runners = || rows.iter().filter(|row| row.kind != ModeKind::Native);
    let lowest = runners().min_by(|a, b| a.cost.total_cmp(&b.cost))?;
    let leaders = runners()
        .filter(|row| row.rank == Some(1))
        .map(|row| row.runtime)
        .collect();
    let next = runners()
        .filter(|row| row.rank.is_some_and(|rank| rank > 1))
        .filter_map(|row| {
            Some(Next {
                runtime: row.runtime,
                ratio: row.to_best?,
                unlike_best: row.unlike_best,
            })
        })
        .min_by(|a, b| a.ratio.estimate.total_cmp(&b.ratio.estimate));
    Some(Podium {
        lowest: lowest.runtime,
        leaders,
        next,
        runners: runners().count(),
    })
}

fn sentence(summary: &Summary, scope: &str, rows: &[Row<'_>]) -> String {
    let cost = summary.primary.title();
    let Some(podium) = podium(rows) else {
        return format!("No runtime was measured on {scope}.");
    };
    let behind = |its: &str| match &podium.next {
        Some(Next {
            runtime,
            ratio,
            unlike_best,
        }) => {
            let times = format!("{:.2}", ratio.estimate);
            let unlike = match unlike_best {
                [] => String::new(),
                unlike => format!(", though unlike it in {}", named(unlike)),
            };
            format!(
                "; {runtime} follows at {times} times {its} {cost}{}{unlike}",
                interval(ratio)
            )
        }
        None => String::new(),
    };
    match podium.leaders.as_slice() {
        [] => {
            let why = summary
                .trust
                .objection
                .clone()
                .unwrap_or_else(|| too_few(summary, rows));
            format!(
                "Undecided: {why}. Lowest {cost} on {scope} so far: {}.",
                podium.lowest
            )
        }
        [only] if podium.runners == 1 => format!("{only} is the only runtime measured on {scope}."),
        [leader] => format!("{leader} is the fastest on {scope}{}.", behind("its")),
        several => format!(
            "{} are tied for the fastest on {scope}{}.",
            listed(several),
            behind("the best")
        ),
    }
}

/// One line of the list below the headline.
fn in_short(scope: &str, rows: &[Row<'_>]) -> String {
    let Some(podium) = podium(rows) else {
        return format!("{scope}: no runtime was measured.");
    };
    let first = match podium.leaders.as_slice() {
        [] => return format!("{scope}: undecided, lowest so far {}.", podium.lowest),
        [leader] => (*leader).to_owned(),
        several => format!("{} tied", listed(several)),
    };
    let next = podium.next.map(|next| {
        format!(
            ", then {} at {:.2} times{}",
            next.runtime,
            next.ratio.estimate,
            interval(&next.ratio)
        )
    });
    format!("{scope}: {first}{}.", next.unwrap_or_default())
}

/// `a, b and c`; beyond four names the rest are counted.
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] if names.len() <= 4 => format!("{} and {last}", first.join(", ")),
        many => format!("{} and {} more", many[..3].join(", "), many.len() - 3),
    }
}

fn interval(ratio: &PairedRatio) -> String {
    format!(" ({:.2} to {:.2})", ratio.interval.low, ratio.interval.high)
}

fn too_few(summary: &Summary, rows: &[Row<'_>]) -> String {
    let n = rows.iter().filter_map(|row| Some(row.to_best?.n)).max();
    match n.unwrap_or(summary.blocks_measured) {
        n if n < summary.policy.min_blocks => format!(
            "{n} blocks are too few, a verdict needs {}",
            summary.policy.min_blocks
        ),
        n => format!("{n} blocks do not settle it"),
    }
}

fn certainty(summary: &Summary, rows: &[Row<'_>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let n = rows.iter().filter_map(|row| Some(row.to_best?.n));
    let blocks = match (n.clone().min(), n.max()) {
        (Some(low), Some(high)) if low != high => format!("{low} to {high} blocks"),
        (Some(n), _) => format!("{n} blocks"),
        _ => format!("{} blocks", summary.blocks_measured),
    };
    let control = summary
        .trust
        .controls
        .iter()
        .filter(|row| row.metric == summary.primary);
    let control: Vec<String> = control
        .map(|row| {
            format!(
                "{:.3}{}",
                row.control.ratio.estimate,
                fine(&row.control.ratio)
            )
        })
        .collect();
    let control = match control.as_slice() {
        [] => "no A/A control".to_owned(),
        [one] => format!("A/A control {one}"),
        many => format!("A/A controls {}", many.join(", ")),
    };
    let comparisons = rows.iter().filter(|row| row.to_best.is_some()).count();
    let family = match comparisons {
        0 | 1 => String::new(),
        many => format!("; Holm-adjusted over {many} comparisons"),
    };
    format!(
        "{:.0} % intervals over {blocks}, paired within blocks; {control}{family}.",
        summary.policy.level * 100.0
    )
}

fn fine(ratio: &PairedRatio) -> String {
    format!(" ({:.3} to {:.3})", ratio.interval.low, ratio.interval.high)
}

/// What must be known before rows are compared: unlike kinds, and what else they had
/// differently.
fn caution(summary: &Summary) -> String {
    let sentences = [kinds(summary), others(summary)];
    let said: Vec<String> = sentences
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    said.join(" ")
}

/// Differences of other aspects than the kind to the best of any ranking, each with those
/// that have it.
fn others(summary: &Summary) -> String {
    let mut found: Vec<(String, Vec<&str>)> = Vec::new();
    for group in &summary.groups {
        let Some(best) = &group.best else { continue };
        for cell in group
            .measured()
            .filter(|cell| cell.kind != ModeKind::Native)
        {
            for unlike in cell.unlike_best.iter().filter(|unlike| told(unlike.aspect)) {
                let what = format!(
                    "{} {} ({best}: {})",
                    unlike.aspect.words(),
                    unlike.left,
                    unlike.right
                );
                let runtime = cell.cell.runtime.as_str();
                match found.iter_mut().find(|(known, _)| *known == what) {
                    Some((_, runtimes)) if runtimes.contains(&runtime) => {}
                    Some((_, runtimes)) => runtimes.push(runtime),
                    None => found.push((what, vec![runtime])),
                }
            }
        }
    }
    if found.is_empty() {
        return String::new();
    }
    let one = |(what, runtimes): &(String, Vec<&str>)| format!("{what} in {}", listed(runtimes));
    let all: Vec<String> = found.iter().map(one).collect();
    format!("Unlike the best: {}.", all.join("; "))
}

/// The kind has a column and a sentence of its own, and compilation goes with it.
fn told(aspect: Aspect) -> bool {
    !matches!(aspect, Aspect::Kind | Aspect::Compilation)
}

fn kinds(summary: &Summary) -> String {
    let mut kinds: Vec<ModeKind> = summary
        .groups
        .iter()
        .flat_map(|group| group.measured())
        .map(|cell| cell.kind)
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.len() < 2 {
        return String::new();
    }
    let words: Vec<&str> = kinds.iter().map(|kind| kind.words()).collect();
    let startup = match summary.primary {
        Metric::Startup => "",
        _ => " Compilation is not part of the cost per transaction; see start-up and break-even.",
    };
    format!(
        "Modes of unlike kinds are compared here ({}): each row names its kind.{startup}",
        words.join(", ")
    )
}
