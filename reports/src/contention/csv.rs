//! Every trial as a row.

use super::{ContentionTrial, fairness};
use crate::export::ExportError;
use crate::model::{Latency, Status};

const COLUMNS: [&str; 22] = [
    "block",
    "order",
    "workload",
    "variant",
    "runtime",
    "isolation",
    "threads",
    "arm",
    "status",
    "reason",
    "transactions",
    "wall_ns",
    "rate_per_s",
    "cpu_ns_per_transaction",
    "p50_ns",
    "p99_ns",
    "locks",
    "locks_contended",
    "lock_wait_ns",
    "jain",
    "least_to_most",
    "resident_bytes",
];

/// One row for each trial, in the order in which they ran.
///
/// # Errors
/// When a row cannot be written.
pub(super) fn rows(trials: &[ContentionTrial]) -> Result<String, ExportError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: &dyn std::fmt::Display| ExportError::Csv(error.to_string());
    writer
        .write_record(COLUMNS)
        .map_err(|error| failed(&error))?;
    for trial in trials {
        writer
            .write_record(row(trial))
            .map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

fn row(trial: &ContentionTrial) -> Vec<String> {
    let cell = &trial.cell;
    let (status, reason) = match &trial.status {
        Status::Ok => ("ok".to_owned(), String::new()),
        Status::Failed { kind, reason } => (kind.to_string(), reason.clone()),
    };
    let mut row = vec![
        trial.block.to_string(),
        trial.order.to_string(),
        cell.workload.clone(),
        cell.variant.clone(),
        cell.runtime.clone(),
        cell.isolation.clone(),
        cell.threads.to_string(),
        if cell.is_control() { "control" } else { "main" }.to_owned(),
        status,
        reason,
    ];
    if let Some(contended) = &trial.contended {
        let latency = |quantile| {
            let histogram = Latency::to_histogram(&contended.latency).ok();
            histogram.map(|histogram| histogram.value_at_quantile(quantile))
        };
        let locks = contended.locks.as_ref();
        let text = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
        let share =
            |value: Option<f64>| value.map(|value| format!("{value:.4}")).unwrap_or_default();
        row.extend([
            contended.transactions().to_string(),
            contended.wall_ns.to_string(),
            format!("{:.1}", contended.rate()),
            format!("{:.1}", contended.cpu_ns()),
            text(latency(0.5)),
            text(latency(0.99)),
            text(locks.map(|locks| locks.acquisitions)),
            text(locks.map(|locks| locks.contended)),
            text(locks.map(|locks| locks.waited_ns)),
            share(fairness::jain(&contended.threads)),
            share(fairness::least_to_most(&contended.threads)),
            contended.resident_bytes.to_string(),
        ]);
    }
    row.resize(COLUMNS.len(), String::new());
    row
}
