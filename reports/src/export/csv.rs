//! `report.csv`: one row for each cell.

use super::{ExportError, Exporter};
use crate::summary::{CellSummary, Comparison, Metric, Summary};

/// Comma-separated values with a heading, one row per cell, all numbers
/// unrounded; times in nanoseconds, sizes in bytes, empty where not measured.
///
/// Columns, in order:
/// - `workload`, `variant`, `isolation`, `threads`, `runtime`, `kind`: the cell;
/// - `blocks`, `failed_trials`, `withheld`: what there is, and why times are withheld;
/// - `rank`, `tied`, `verdict`: the place in the ranking;
/// - for each of `cpu_per_transaction`, `wall_per_transaction`, `p50`, `p90`,
///   `p99`, `startup`: `X_ns` (median over blocks), then `X_to_best` and
///   `X_to_native` (ratios), each followed by `_low` and `_high` (95 % interval);
/// - `compile_ns`, `compile_cpu_ns`, `load_aot_ns`, `instantiate_ns`,
///   `start_ns`, `first_request_ns`: start-up, split;
/// - `linear_bytes`, `rss_first_vm_bytes`, `rss_per_vm_bytes`, `module_bytes`,
///   `artifact_bytes`, `code_bytes`: memory and sizes;
/// - `exchanges`, `matched`, `host_calls`, `bytes_copied`, `instructions`: the
///   outcome check; the last three per transaction.
#[derive(Debug, Clone, Copy, Default)]
pub struct Csv;

impl Exporter for Csv {
    fn file_name(&self) -> &'static str {
        "report.csv"
    }

    fn export(&self, summary: &Summary) -> Result<String, ExportError> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let failed = |error: csv::Error| ExportError::Csv(error.to_string());
        writer.write_record(headings()).map_err(failed)?;
        for cell in summary.groups.iter().flat_map(|group| &group.cells) {
            writer.write_record(row(cell)).map_err(failed)?;
        }
        let bytes = writer
            .into_inner()
            .map_err(|error| ExportError::Csv(error.to_string()))?;
        String::from_utf8(bytes).map_err(|error| ExportError::Csv(error.to_string()))
    }
}

const CELL: [&str; 12] = [
    "workload",
    "variant",
    "isolation",
    "threads",
    "runtime",
    "kind",
    "blocks",
    "failed_trials",
    "withheld",
    "rank",
    "tied",
    "verdict",
];

const REST: [&str; 17] = [
    "compile_ns",
    "compile_cpu_ns",
    "load_aot_ns",
    "instantiate_ns",
    "start_ns",
    "first_request_ns",
    "linear_bytes",
    "rss_first_vm_bytes",
    "rss_per_vm_bytes",
    "module_bytes",
    "artifact_bytes",
    "code_bytes",
    "exchanges",
    "matched",
    "host_calls",
    "bytes_copied",
    "instructions",
];

fn headings() -> Vec<String> {
    let mut headings: Vec<String> = CELL.map(str::to_owned).into();
    for key in Metric::ALL.map(Metric::key) {
        headings.push(format!("{key}_ns"));
        for baseline in ["best", "native"] {
            for end in ["", "_low", "_high"] {
                headings.push(format!("{key}_to_{baseline}{end}"));
            }
        }
    }
    headings.extend(REST.map(str::to_owned));
    headings
}

fn row(cell: &CellSummary) -> Vec<String> {
    let id = &cell.cell;
    let mut row = vec![
        id.workload.clone(),
        id.variant.clone(),
        id.isolation.clone(),
        id.threads.to_string(),
        id.runtime.clone(),
        cell.kind.words().to_owned(),
        cell.blocks.to_string(),
        cell.failed_trials.to_string(),
        cell.withheld.clone().unwrap_or_default(),
        cell.rank.map(|rank| rank.to_string()).unwrap_or_default(),
        cell.tied.to_string(),
        cell.word.to_string(),
    ];
    for metric in Metric::ALL {
        let measured = cell
            .metrics
            .get(&metric)
            .filter(|_| cell.withheld.is_none());
        row.push(number(measured.map(|absolute| absolute.median)));
        row.extend(comparison(cell.to_best.get(&metric)));
        row.extend(comparison(cell.to_native.get(&metric)));
    }
    let (startup, memory, size) = (&cell.startup, &cell.memory, &cell.size);
    let check = cell.check.as_ref();
    let rest = [
        startup.compile_ns,
        startup.compile_cpu_ns,
        startup.load_aot_ns,
        startup.instantiate_ns,
        startup.start_ns,
        startup.first_request_ns,
        memory.linear_bytes,
        memory.rss_first_vm_bytes,
        memory.rss_per_vm_bytes,
        size.module_bytes,
        size.artifact_bytes,
        size.code_bytes,
        check.map(|check| check.exchanges as f64),
        check.map(|check| check.matched as f64),
        check.map(|check| check.host_calls_per_transaction),
        check.map(|check| check.bytes_copied_per_transaction),
        check.and_then(|check| check.instructions_per_transaction),
    ];
    row.extend(rest.map(number));
    row
}

fn number(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn comparison(comparison: Option<&Comparison>) -> [String; 3] {
    let ratio = comparison.map(|comparison| comparison.ratio);
    [
        number(ratio.map(|ratio| ratio.estimate)),
        number(ratio.map(|ratio| ratio.interval.low)),
        number(ratio.map(|ratio| ratio.interval.high)),
    ]
}
