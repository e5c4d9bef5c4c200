//! Ranking tables.

use super::format::{Scale, dash, ratio};
use super::table::{Entry, Table, Tone};
use crate::model::ModeKind;
use crate::statistics::{PairedRatio, Word};
use crate::summary::{CellSummary, Comparison, Group, Metric, Overall, Summary, Unlikeness, named};

/// Columns left out first when the terminal is narrow, in that order.
const DISPENSABLE: [&str; 7] = [
    // The caution below the tables says the same.
    "Unlike the best in",
    "n",
    "p50",
    "Kind",
    "95 % interval",
    "p99",
    "× best",
];

/// The ranking of a group.
pub(crate) fn ranking(summary: &Summary, group: &Group) -> Table {
    let metrics = |metric: Metric| {
        group
            .measured()
            .filter_map(move |cell| Some(cell.metrics.get(&metric)?.median))
    };
    let primary = summary.primary;
    let cost = Scale::times(metrics(primary));
    let latency = Scale::times(metrics(Metric::P50).chain(metrics(Metric::P99)));
    let note = match (&group.best, &group.native) {
        (Some(best), Some(_)) => {
            format!("Best: {best}. The native twin is the physical limit and takes no rank.")
        }
        (Some(best), None) => format!("Best: {best}. No native twin was measured."),
        _ => String::new(),
    };
    let mut table = Table::new(group.label())
        .note(note)
        .numbers("Rank", "")
        .words("Runtime")
        .words("Kind")
        .numbers(short(primary), cost.unit)
        .numbers("× native", "")
        .numbers("× best", "")
        .numbers("95 % interval", "× best")
        .words("Verdict")
        .numbers("p50", latency.unit)
        .numbers("p99", latency.unit)
        .words("Unlike the best in")
        .numbers("n", "blocks")
        .dispensable(&DISPENSABLE);
    for cell in &group.cells {
        let median = |metric| cell.metrics.get(&metric).map(|absolute| absolute.median);
        let best = cell.to_best.get(&primary);
        let is_best = group.best.as_deref() == Some(&cell.cell.runtime);
        let is_native = group.native.as_deref() == Some(&cell.cell.runtime);
        let name = if is_best || cell.rank == Some(1) {
            Tone::Strong
        } else {
            Tone::Plain
        };
        let withheld = cell.withheld.is_some();
        table.row(vec![
            rank(cell.rank, cell.tied),
            Entry::toned(&cell.cell.runtime, name),
            Entry::kind(cell.kind),
            shown(!withheld, cost.maybe(median(primary))),
            shown(!withheld, times(cell.to_native.get(&primary), is_native)),
            shown(!withheld, times(best, is_best)),
            best.map_or_else(dash, |best| interval(&best.ratio)).into(),
            verdict(cell),
            shown(!withheld, latency.maybe(median(Metric::P50))),
            shown(!withheld, latency.maybe(median(Metric::P99))),
            unlike(&cell.unlike_best),
            cell.blocks.to_string().into(),
        ]);
    }
    table
}

/// The ranking over all groups.
pub(crate) fn overall(overall: &Overall, primary: Metric) -> Table {
    let scale = Scale::times(overall.rows.iter().map(|row| row.cost));
    let note = match overall.left_out.as_slice() {
        [] => String::new(),
        left_out => format!(
            "Without a mean, since they did not run everything rightly: {}.",
            left_out.join(", ")
        ),
    };
    let mut table = Table::new("Over all rankings (geometric mean)")
        .note(note)
        .numbers("Rank", "")
        .words("Runtime")
        .words("Kind")
        .numbers(short(primary), scale.unit)
        .numbers("× best", "")
        .numbers("95 % interval", "× best")
        .words("Verdict")
        .words("Unlike the best in")
        .numbers("n", "blocks")
        .dispensable(&DISPENSABLE);
    for row in &overall.rows {
        let best = row.to_best.as_ref();
        let name = if row.rank == Some(1) {
            Tone::Strong
        } else {
            Tone::Plain
        };
        let native = row.kind == ModeKind::Native;
        table.row(vec![
            rank(row.rank, row.tied),
            Entry::toned(&row.runtime, name),
            Entry::kind(row.kind),
            scale.show(row.cost).into(),
            times(best, best.is_none()).into(),
            best.map_or_else(dash, |best| interval(&best.ratio)).into(),
            place(row.word, row.rank, row.tied, native),
            unlike(&row.unlike_best),
            best.map_or_else(dash, |best| best.ratio.n.to_string())
                .into(),
        ]);
    }
    table
}

/// `1.05 to 1.12`.
pub(crate) fn interval(found: &PairedRatio) -> String {
    format!(
        "{} to {}",
        ratio(found.interval.low),
        ratio(found.interval.high)
    )
}

/// A metric's name as a heading.
pub(crate) fn short(metric: Metric) -> &'static str {
    match metric {
        Metric::CpuPerTransaction => "CPU per transaction",
        Metric::WallPerTransaction => "Wall per transaction",
        Metric::P50 => "p50",
        Metric::P90 => "p90",
        Metric::P99 => "p99",
        Metric::Startup => "Start-up",
    }
}

/// The respects in which a row is not like the best; the manifest says how.
fn unlike(found: &[Unlikeness]) -> Entry {
    match found {
        [] => Entry::toned(dash(), Tone::Muted),
        found => named(found).into(),
    }
}

fn times(comparison: Option<&Comparison>, is_baseline: bool) -> String {
    match (comparison, is_baseline) {
        (_, true) => "1".to_owned(),
        (Some(comparison), _) => ratio(comparison.ratio.estimate),
        (None, false) => dash(),
    }
}

fn rank(rank: Option<usize>, tied: bool) -> Entry {
    match (rank, tied) {
        (None, _) => Entry::toned(dash(), Tone::Muted),
        (Some(rank), false) => rank.to_string().into(),
        (Some(rank), true) => format!("{rank}=").into(),
    }
}

fn shown(show: bool, text: String) -> Entry {
    if show {
        text.into()
    } else {
        Entry::toned(dash(), Tone::Muted)
    }
}

/// The word for a cell, or why there is none.
pub(crate) fn verdict(cell: &CellSummary) -> Entry {
    if cell.withheld.is_some() {
        // The full reason stands among the failures.
        let short = if cell.blocks == 0 {
            "not measured"
        } else {
            "wrong outcomes"
        };
        return Entry::toned(short, Tone::Bad);
    }
    if cell.trace_differs() {
        return Entry::toned("host calls differ", Tone::Bad);
    }
    place(
        cell.word,
        cell.rank,
        cell.tied,
        cell.kind == ModeKind::Native,
    )
}

fn place(word: Word, rank: Option<usize>, tied: bool, native: bool) -> Entry {
    match (rank, tied, native) {
        (_, _, true) => Entry::toned("limit", Tone::Muted),
        (Some(1), true, _) => Entry::toned("tied first", Tone::Good),
        (Some(1), false, _) => Entry::toned("fastest", Tone::Good),
        _ => Entry::word(word),
    }
}
