//! Tables of one way of loading, and of all for programs.

use super::super::{LoadDemand, LoadMetric, LoadSummary, PhaseSummary, RowSummary};
use crate::statistics::PairedRatio;
use crate::tables::format::{count, dash, digits, ratio, size};
use crate::tables::{Entry, Table};

/// What each filter costs beside its own proxy without one.
pub(super) fn costs(phase: &PhaseSummary) -> Table {
    let mut table = Table::new(titled("What the filters cost", phase))
        .note("Against the same proxy without a filter in the same block, with 95 % intervals.")
        .words("Proxy and filter")
        .numbers("CPU added", "µs")
        .words("Interval")
        .numbers("CPU ratio", "×")
        .words("Interval ")
        .words("Verdict")
        .numbers("p99 ratio", "×")
        .numbers("Blocks", "")
        .dispensable(&["Blocks", "p99 ratio", "Interval "]);
    for row in &phase.rows {
        let Some(cost) = row.to_bare.get(&LoadMetric::Cpu) else {
            continue;
        };
        let p99 = row.to_bare.get(&LoadMetric::P99);
        table.row(vec![
            row.row.label().into(),
            digits(cost.difference.estimate).into(),
            format!(
                "{} to {}",
                digits(cost.difference.low),
                digits(cost.difference.high)
            )
            .into(),
            ratio(cost.ratio.estimate).into(),
            interval(&cost.ratio).into(),
            Entry::word(cost.word),
            p99.map_or_else(dash, |p99| ratio(p99.ratio.estimate))
                .into(),
            cost.ratio.n.to_string().into(),
        ]);
    }
    table
}

/// What each row did.
pub(super) fn proxies(phase: &PhaseSummary) -> Table {
    let mut table = Table::new(titled("Proxies", phase))
        .note("Medians over blocks. ≥: generator or upstream set the pace, not the proxy.")
        .words("Proxy and filter")
        .numbers("CPU", "µs/request")
        .numbers("Throughput", "1/s")
        .numbers("Busy", "%")
        .numbers("Memory", "")
        .numbers("Start-up", "ms")
        .numbers("Wrong", "")
        .numbers("Errors", "")
        .numbers("Rejected", "")
        .dispensable(&["Start-up", "Busy", "Rejected"]);
    for row in &phase.rows {
        let bound = if row.bounded { "≥ " } else { "" };
        table.row(vec![
            row.row.label().into(),
            digits(row.cpu_us).into(),
            format!("{bound}{}", count(row.throughput)).into(),
            count(row.busy * 100.0).into(),
            size(row.rss_bytes).into(),
            count(row.start_up_ns / 1e6).into(),
            count(row.wrong as f64).into(),
            count(row.errors as f64).into(),
            row.rejected.to_string().into(),
        ]);
    }
    table
}

/// Latencies; no rows for a closed loop, whose latency says nothing.
pub(super) fn latencies(phase: &PhaseSummary) -> Table {
    let mut table = Table::new(titled("Latency", phase))
        .note(
            "From the intended send time, all blocks' counts together; the last column counts \
             from the real one and hides what a slow proxy made wait.",
        )
        .words("Proxy and filter")
        .numbers("p50", "µs")
        .numbers("p90", "µs")
        .numbers("p99", "µs")
        .numbers("p99.9", "µs")
        .numbers("Largest", "µs")
        .numbers("Answers", "")
        .numbers("Uncorrected p99", "µs")
        .dispensable(&["Answers", "Largest", "p90"]);
    for row in &phase.rows {
        let Some(latency) = &row.latency else {
            continue;
        };
        table.row(vec![
            row.row.label().into(),
            digits(latency.p50_us).into(),
            digits(latency.p90_us).into(),
            digits(latency.p99_us).into(),
            latency.p999_us.map_or_else(dash, digits).into(),
            digits(latency.max_us).into(),
            count(latency.count as f64).into(),
            digits(latency.uncorrected_p99_us).into(),
        ]);
    }
    table
}

/// Each row beside each other one.
pub(super) fn pairs(phase: &PhaseSummary) -> Table {
    let mut table = Table::new(titled("Beside each other", phase))
        .note(match phase.demand {
            LoadDemand::Search => {
                "Time between requests of the first at the rate found over that of the second, in the same blocks: below 1 the first keeps a higher rate."
            }
            _ => {
                "CPU time for each request of the first over that of the second, in the same blocks."
            }
        })
        .words("First")
        .words("Second")
        .numbers("Ratio", "×")
        .words("Interval")
        .words("Verdict");
    for (left, right, beside) in &phase.pairs {
        table.row(vec![
            phase.rows[*left].row.label().into(),
            phase.rows[*right].row.label().into(),
            ratio(beside.ratio.estimate).into(),
            interval(&beside.ratio).into(),
            Entry::word(beside.word),
        ]);
    }
    table
}

/// Everything for programs: `report.csv`.
pub(in super::super) fn everything(summary: &LoadSummary) -> Table {
    let mut table = Table::new("Rows")
        .words("load")
        .words("proxy")
        .words("filter")
        .words("mechanism");
    for heading in [
        "blocks",
        "rejected",
        "cpu_us",
        "throughput",
        "bounded",
        "busy",
        "rss_bytes",
        "start_up_ns",
        "good",
        "wrong",
        "errors",
        "p50_us",
        "p90_us",
        "p99_us",
        "p999_us",
        "max_us",
    ] {
        table = table.numbers(heading, "");
    }
    for metric in LoadMetric::ALL {
        let key = metric.key();
        for what in [
            "added_us",
            "added_us_low",
            "added_us_high",
            "ratio",
            "ratio_low",
            "ratio_high",
        ] {
            table = table.numbers(format!("{key}_{what}"), "");
        }
    }
    table = table.words("verdict");
    for phase in &summary.phases {
        for row in &phase.rows {
            table.row(record(phase, row));
        }
    }
    table
}

fn record(phase: &PhaseSummary, row: &RowSummary) -> Vec<Entry> {
    let mut record: Vec<Entry> = [
        phase.demand.words(),
        row.row.proxy.clone(),
        row.row.filter.clone(),
        row.row.mechanism.clone(),
    ]
    .map(Entry::from)
    .into();
    let latency = row.latency.as_ref();
    let times = [
        latency.map(|latency| latency.p50_us),
        latency.map(|latency| latency.p90_us),
        latency.map(|latency| latency.p99_us),
        latency.and_then(|latency| latency.p999_us),
        latency.map(|latency| latency.max_us),
    ];
    let plain = [
        row.blocks as f64,
        row.rejected as f64,
        row.cpu_us,
        row.throughput,
        f64::from(u8::from(row.bounded)),
        row.busy,
        row.rss_bytes,
        row.start_up_ns,
        row.good as f64,
        row.wrong as f64,
        row.errors as f64,
    ];
    record.extend(plain.map(Some).into_iter().chain(times).map(number));
    for metric in LoadMetric::ALL {
        let cost = row.to_bare.get(&metric);
        let difference = cost.map(|cost| cost.difference);
        let ratio = cost.map(|cost| cost.ratio);
        let values = [
            difference.map(|difference| difference.estimate),
            difference.map(|difference| difference.low),
            difference.map(|difference| difference.high),
            ratio.map(|ratio| ratio.estimate),
            ratio.map(|ratio| ratio.interval.low),
            ratio.map(|ratio| ratio.interval.high),
        ];
        record.extend(values.map(number));
    }
    let verdict = row
        .to_bare
        .get(&phase.demand.metric())
        .map(|cost| cost.word.to_string());
    record.push(verdict.unwrap_or_default().into());
    record
}

/// A title that tells the ways of loading apart where tables stand without their sections.
fn titled(title: &str, phase: &PhaseSummary) -> String {
    format!("{title}, {}", phase.demand.words())
}

/// Unrounded; empty where there is none.
fn number(value: Option<f64>) -> Entry {
    let value = value.filter(|value| value.is_finite());
    value
        .map(|value| value.to_string())
        .unwrap_or_default()
        .into()
}

fn interval(paired: &PairedRatio) -> String {
    format!(
        "{} to {}",
        ratio(paired.interval.low),
        ratio(paired.interval.high)
    )
}
