//! The charts of a ranking.

use crate::charts::{Axis, Bar, Chart, Ink, Line, Unit};
use crate::model::ModeKind;
use crate::statistics::Interval;
use crate::summary::{CellSummary, Group, Summary};
use crate::tables::format::size;
use crate::tables::short;

/// Cost of every runtime as bars from zero.
pub(super) fn cost(summary: &Summary, group: &Group) -> Chart {
    let primary = summary.primary;
    let cost = |cell: &CellSummary| Some(cell.metrics.get(&primary)?.median);
    let best = group.best.as_ref();
    let best = best.and_then(|best| group.measured().find(|c| c.cell.runtime == *best));
    let best = best.and_then(cost);
    let bar = |cell: &CellSummary| {
        let to_best = cell.to_best.get(&primary).zip(best);
        let around = to_best.map(|(to_best, best)| Interval {
            low: to_best.ratio.interval.low * best,
            high: to_best.ratio.interval.high * best,
        });
        let ink = Ink::kind(cell.kind);
        Some(Bar::new(&cell.cell.runtime, cost(cell)?, ink).interval(around))
    };
    let bars = group.measured().filter_map(bar).collect();
    Chart::bars(short(primary), Unit::Nanoseconds, bars)
        .kinds(group.measured().map(|cell| cell.kind))
        .caption(
            "Median over blocks, bars from zero. Whiskers: 95 % interval of the ratio to the \
             best, drawn at the best's cost.",
        )
}

/// Ratio of every runtime to the native twin, or to the best without one, on a log axis.
pub(super) fn ratios(summary: &Summary, group: &Group) -> Option<Chart> {
    let (baseline, to_native) = match (&group.native, &group.best) {
        (Some(native), _) => (native, true),
        (None, Some(best)) => (best, false),
        (None, None) => return None,
    };
    let bar = |cell: &CellSummary| {
        let against = match to_native {
            true => &cell.to_native,
            false => &cell.to_best,
        };
        let found = against.get(&summary.primary)?.ratio;
        let bar = Bar::new(&cell.cell.runtime, found.estimate, Ink::kind(cell.kind));
        Some(bar.interval(Some(found.interval)))
    };
    let others = || {
        let measured = group.measured();
        measured.filter(|cell| cell.cell.runtime != *baseline)
    };
    let title = format!("{} relative to {baseline}", short(summary.primary));
    let bars = group.measured().filter_map(bar).collect();
    let chart = Chart::ratios(title, bars)
        .kinds(others().map(|cell| cell.kind))
        .caption("Logarithmic axis, line at 1. Whiskers: 95 % interval, paired within blocks.");
    Some(chart)
}

/// Latency over the percentile, both logarithmic: the tail gets the room it needs.
pub(super) fn percentiles(group: &Group) -> Chart {
    let line = |cell: &CellSummary| {
        let latency = cell.latency.as_ref()?;
        // Percentile 99 is one in a hundred: the axis counts those.
        let points = latency.curve.iter();
        let points = points.map(|(q, ns)| (1.0 / (1.0 - q), *ns as f64));
        Some(of_cell(cell, points.collect()))
    };
    let lines: Vec<Line> = group.measured().filter_map(line).collect();
    let reached = group
        .measured()
        .filter_map(|cell| cell.latency.as_ref()?.curve.last())
        .map(|(q, _)| 1.0 / (1.0 - q))
        .fold(1.0, f64::max);
    let ticks = [
        ("min", 1.0),
        ("p50", 2.0),
        ("p90", 10.0),
        ("p99", 100.0),
        ("p99.9", 1e3),
        ("p99.99", 1e4),
    ];
    let ticks = ticks.into_iter().filter(|(_, x)| *x <= reached * 1.01);
    let x = Axis::log("percentile (one in so many)", Unit::Count)
        .ticks(ticks.map(|(name, x)| (x, name.to_owned())));
    Chart::lines(
        "Latency distribution",
        x,
        Axis::log("latency", Unit::Nanoseconds),
        lines,
    )
    .kinds(kinds_with(group, |cell| cell.latency.is_some()))
    .caption(
        "Latency of single transactions by percentile, all blocks merged; both axes \
         logarithmic. A line ends where fewer than ten transactions lie beyond.",
    )
}

/// Total time over the number of requests, both logarithmic.
pub(super) fn break_even(group: &Group) -> Chart {
    let last = group.break_even.last();
    let last = last.map_or(1.0, |stretch| stretch.from_requests);
    let most = 10_f64.powf((last * 20.0).max(1_000.0).log10().ceil());
    let line = |cell: &CellSummary| {
        let course = cell.course()?;
        let counts = (0..=32).map(|i| most.powf(f64::from(i) / 32.0));
        let points = counts.map(|requests| (requests, course.total_ns(requests)));
        Some(of_cell(cell, points.collect()))
    };
    Chart::lines(
        "Break-even",
        Axis::log("requests", Unit::Count),
        Axis::log("time in all", Unit::Nanoseconds),
        group.measured().filter_map(line).collect(),
    )
    .kinds(kinds_with(group, |cell| cell.course().is_some()))
    .caption(
        "Start-up and all requests together, by number of requests; both axes \
         logarithmic. The lowest line has used the least time.",
    )
}

/// Start-up as stacked bars.
pub(super) fn startup(group: &Group) -> Chart {
    let bar = |cell: &CellSummary| {
        let startup = &cell.startup;
        startup.total_ns?;
        let steps = [
            startup.load_aot_ns.or(startup.compile_ns),
            startup.instantiate_ns,
            startup.start_ns,
            startup.first_request_ns,
        ];
        let parts = steps.iter().enumerate();
        let parts = parts.map(|(at, ns)| (ns.unwrap_or(0.0), Ink::series(at)));
        let words = Unit::Nanoseconds.show(startup.total_ns?);
        Some(Bar::of_parts(&cell.cell.runtime, parts.collect()).words(words))
    };
    let bars = group.measured().filter_map(bar).collect();
    Chart::bars("Start-up", Unit::Nanoseconds, bars)
        .legend(Ink::series(0), "compile or load")
        .legend(Ink::series(1), "instantiate")
        .legend(Ink::series(2), "start and configure")
        .legend(Ink::series(3), "first request")
        .caption("Bars from zero, medians over blocks.")
}

/// Resident memory of the first and of each further VM.
pub(super) fn memory(group: &Group) -> Chart {
    let bar = |cell: &CellSummary| {
        let first = cell.memory.rss_first_vm_bytes?;
        let further = cell.memory.rss_per_vm_bytes;
        let parts = vec![
            (first, Ink::series(0)),
            (further.unwrap_or(0.0), Ink::series(1)),
        ];
        let each = further.map(|bytes| format!(" + {}", size(bytes)));
        let words = format!("{}{}", size(first), each.unwrap_or_default());
        Some(Bar::of_parts(&cell.cell.runtime, parts).words(words))
    };
    let bars = group.measured().filter_map(bar).collect();
    Chart::grouped_bars("Memory", Unit::Bytes, bars)
        .legend(Ink::series(0), "first VM")
        .legend(Ink::series(1), "each further VM")
        .caption("Growth of resident memory, medians over blocks.")
}

fn of_cell(cell: &CellSummary, points: Vec<(f64, f64)>) -> Line {
    let line = Line::new(&cell.cell.runtime, Ink::kind(cell.kind), points);
    line.dashed(cell.kind == ModeKind::Native)
}

fn kinds_with(group: &Group, is_shown: fn(&CellSummary) -> bool) -> Vec<ModeKind> {
    let shown = group.measured().filter(|cell| is_shown(cell));
    shown.map(|cell| cell.kind).collect()
}
