//! Cells, summed up over their blocks.

use super::samples::Samples;
use super::{Comparison, Metric, Unlikeness};
use crate::ENOUGH_FOR_P999;
use crate::model::{Cell, Check, Measurement, ModeKind};
use crate::statistics::{Word, median};
use serde::Serialize;
use std::collections::BTreeMap;

/// One cell, summed up. Times are nanoseconds, sizes bytes; medians are over blocks.
#[derive(Debug, Clone, Serialize)]
pub struct CellSummary {
    /// The cell (main arm).
    pub cell: Cell,
    /// What sort of execution its runtime's mode is.
    pub kind: ModeKind,
    /// Blocks with a measurement.
    pub blocks: usize,
    /// Trials that failed, the check pass included.
    pub failed_trials: u32,
    /// Why its times take no part in the ranking, when they do not.
    pub withheld: Option<String>,
    /// 1 for the leader and all who are tied with it; `None` for the native twin and without a verdict.
    pub rank: Option<usize>,
    /// True when the rank is shared.
    pub tied: bool,
    /// In what it is not like the best; itself stands on the left.
    pub unlike_best: Vec<Unlikeness>,
    /// The word for the ratio to the best; `same` for the best itself.
    pub word: Word,
    /// Absolute values by metric.
    pub metrics: BTreeMap<Metric, Absolute>,
    /// Ratios to the native twin by metric.
    pub to_native: BTreeMap<Metric, Comparison>,
    /// Ratios to the ranking's leader by metric.
    pub to_best: BTreeMap<Metric, Comparison>,
    /// Latency over all blocks, merged as counts.
    pub latency: Option<LatencySummary>,
    /// Cost of each callback.
    pub callbacks: Vec<CallbackSummary>,
    /// Start-up, split.
    pub startup: StartupSummary,
    /// Memory.
    pub memory: MemorySummary,
    /// Sizes of code.
    pub size: SizeSummary,
    /// The outcome check and the counts.
    pub check: Option<CheckSummary>,
}

/// A metric of one cell over its blocks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Absolute {
    /// Median over blocks.
    pub median: f64,
    /// Smallest block.
    pub min: f64,
    /// Largest block.
    pub max: f64,
    /// Blocks.
    pub n: usize,
}

/// Latency of single transactions, in nanoseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LatencySummary {
    /// Transactions recorded.
    pub count: u64,
    /// Median.
    pub p50: u64,
    /// 90th percentile.
    pub p90: u64,
    /// 99th percentile.
    pub p99: u64,
    /// 99.9th percentile; `None` below 10,000 transactions.
    pub p999: Option<u64>,
    /// The slowest.
    pub max: u64,
    /// The distribution: quantile (0 to 1) and nanoseconds.
    pub curve: Vec<(f64, u64)>,
}

/// Cost of one callback.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallbackSummary {
    /// Name of the callback.
    pub name: String,
    /// Calls per transaction.
    pub calls_per_transaction: f64,
    /// Wall nanoseconds per call, host calls included.
    pub ns_per_call: f64,
    /// Wall nanoseconds per transaction.
    pub ns_per_transaction: f64,
}

/// Start-up, split; medians over blocks, in nanoseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[allow(missing_docs)] // Named as in `Startup`.
pub struct StartupSummary {
    pub compile_ns: Option<f64>,
    pub compile_cpu_ns: Option<f64>,
    pub load_aot_ns: Option<f64>,
    pub instantiate_ns: Option<f64>,
    pub start_ns: Option<f64>,
    pub first_request_ns: Option<f64>,
    pub total_ns: Option<f64>,
}

/// Memory; medians over blocks, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[allow(missing_docs)] // Named as in `Memory`.
pub struct MemorySummary {
    pub linear_bytes: Option<f64>,
    pub rss_first_vm_bytes: Option<f64>,
    pub rss_per_vm_bytes: Option<f64>,
}

/// Sizes of code; medians over blocks, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[allow(missing_docs)] // Named as in `Size`.
pub struct SizeSummary {
    pub module_bytes: Option<f64>,
    pub artifact_bytes: Option<f64>,
    pub code_bytes: Option<f64>,
}

/// The outcome check and the counts that come with it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckSummary {
    /// Exchanges carried in one pass.
    pub exchanges: u64,
    /// Exchanges with the expected outcome.
    pub matched: u64,
    /// Where the expectation came from.
    pub expectation: String,
    /// SHA-256 over the trace of host calls.
    pub trace_sha256: String,
    /// Whether the trace is that of most runtimes; `None` when there is nothing to compare.
    pub trace_agrees: Option<bool>,
    /// Host calls per transaction, all names.
    pub host_calls_per_transaction: f64,
    /// Host calls per transaction, by name.
    pub host_calls: BTreeMap<String, f64>,
    /// Bytes copied to and from the guest per transaction.
    pub bytes_copied_per_transaction: f64,
    /// WebAssembly instructions per transaction, from the reference engine only.
    pub instructions_per_transaction: Option<f64>,
}

const QUANTILES: [f64; 17] = [
    0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9998,
    0.9999, 0.99999,
];

pub(super) fn summarise(cell: &Cell, kind: ModeKind, samples: &Samples<'_>) -> CellSummary {
    let of = |field: fn(&Measurement) -> Option<u64>| {
        median(
            samples
                .measurements
                .values()
                .filter_map(|m| field(m))
                .map(|value| value as f64),
        )
    };
    CellSummary {
        cell: cell.clone(),
        kind,
        blocks: samples.measurements.len(),
        failed_trials: samples.failed,
        withheld: None,
        rank: None,
        tied: false,
        unlike_best: Vec::new(),
        word: Word::Undecided,
        metrics: Metric::ALL
            .iter()
            .filter_map(|m| Some((*m, absolute(samples, *m)?)))
            .collect(),
        to_native: BTreeMap::new(),
        to_best: BTreeMap::new(),
        latency: latency(samples),
        callbacks: callbacks(samples),
        startup: StartupSummary {
            compile_ns: of(|m| m.startup.compile_ns),
            compile_cpu_ns: of(|m| m.startup.compile_cpu_ns),
            load_aot_ns: of(|m| m.startup.load_aot_ns),
            instantiate_ns: of(|m| Some(m.startup.instantiate_ns)),
            start_ns: of(|m| Some(m.startup.start_ns)),
            first_request_ns: of(|m| Some(m.startup.first_request_ns)),
            total_ns: of(|m| Some(m.startup.total_ns())),
        },
        memory: MemorySummary {
            linear_bytes: of(|m| Some(m.memory.linear_bytes)),
            rss_first_vm_bytes: of(|m| Some(m.memory.rss_first_vm_bytes)),
            rss_per_vm_bytes: of(|m| {
                (m.memory.further_vms > 0).then_some(m.memory.rss_per_vm_bytes)
            }),
        },
        size: SizeSummary {
            module_bytes: of(|m| Some(m.size.module_bytes)),
            artifact_bytes: of(|m| m.size.artifact_bytes),
            code_bytes: of(|m| m.size.code_bytes),
        },
        check: samples.check.map(check),
    }
}

fn absolute(samples: &Samples<'_>, metric: Metric) -> Option<Absolute> {
    let series = samples.series(metric);
    let values = || series.values().copied();
    Some(Absolute {
        median: median(values())?,
        min: values().fold(f64::INFINITY, f64::min),
        max: values().fold(0.0, f64::max),
        n: series.len(),
    })
}

fn latency(samples: &Samples<'_>) -> Option<LatencySummary> {
    let histogram = samples.latency.as_ref()?;
    let count = histogram.len();
    let at = |quantile: f64| histogram.value_at_quantile(quantile);
    // A quantile with fewer than ten transactions beyond it is chance.
    let told = |quantile: &f64| (1.0 - quantile) * count as f64 >= 9.5;
    Some(LatencySummary {
        count,
        p50: at(0.5),
        p90: at(0.9),
        p99: at(0.99),
        p999: (count >= ENOUGH_FOR_P999).then(|| at(0.999)),
        max: histogram.max(),
        curve: QUANTILES
            .into_iter()
            .filter(told)
            .map(|quantile| (quantile, at(quantile)))
            .collect(),
    })
}

fn callbacks(samples: &Samples<'_>) -> Vec<CallbackSummary> {
    let mut names: Vec<&str> = Vec::new();
    for cost in samples.measurements.values().flat_map(|m| &m.callbacks) {
        if !names.contains(&cost.name.as_str()) {
            names.push(&cost.name);
        }
    }
    let summary = |name: &str| {
        let of = |value: fn(f64, f64, f64) -> f64| {
            let each = samples.measurements.values().filter_map(|m| {
                let cost = m.callbacks.iter().find(|cost| cost.name == name)?;
                let transactions = match m.callback_transactions {
                    0 => m.transactions,
                    own => own,
                };
                Some(value(
                    cost.total_ns as f64,
                    cost.calls as f64,
                    transactions as f64,
                ))
            });
            median(each)
        };
        Some(CallbackSummary {
            name: name.to_owned(),
            calls_per_transaction: of(|_, calls, transactions| calls / transactions)?,
            ns_per_call: of(|total, calls, _| total / calls)?,
            ns_per_transaction: of(|total, _, transactions| total / transactions)?,
        })
    };
    names.into_iter().filter_map(summary).collect()
}

fn check(check: &Check) -> CheckSummary {
    let each = |total: u64| total as f64 / check.exchanges.max(1) as f64;
    CheckSummary {
        exchanges: check.exchanges,
        matched: check.matched,
        expectation: check.expectation.clone(),
        trace_sha256: check.trace_sha256.clone(),
        trace_agrees: None,
        host_calls_per_transaction: check.host_calls.values().map(|n| each(*n)).sum(),
        host_calls: check
            .host_calls
            .iter()
            .map(|(name, n)| (name.clone(), each(*n)))
            .collect(),
        bytes_copied_per_transaction: each(check.bytes_copied),
        instructions_per_transaction: check.instructions.map(each),
    }
}
