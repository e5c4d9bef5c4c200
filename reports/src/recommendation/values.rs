//! What a campaign measured of each runtime, one value for each block.

use super::quantity::Quantity;
use crate::model::{Status, TrialRecord};
use crate::statistics::Series;
use std::collections::BTreeMap;

/// What was measured of a runtime.
#[derive(Debug, Clone, Default)]
pub struct RuntimeValues {
    /// For each workload and variant, each quantity block by block.
    pub cells: BTreeMap<String, BTreeMap<Quantity, Series>>,
    /// Why a workload has no values, in the words of the trial that failed.
    pub failures: BTreeMap<String, String>,
}

/// Gathers main arms by runtime.
pub fn values_of(trials: &[TrialRecord]) -> BTreeMap<String, RuntimeValues> {
    let mut all: BTreeMap<String, RuntimeValues> = BTreeMap::new();
    for trial in trials.iter().filter(|trial| !trial.cell.is_control()) {
        let values = all.entry(trial.cell.runtime.clone()).or_default();
        let name = format!("{} {}", trial.cell.workload, trial.cell.variant);
        if let Status::Failed { kind, reason } = &trial.status {
            let reason = format!("{kind}: {reason}");
            values.failures.entry(name).or_insert(reason);
            continue;
        }
        let Some(measurement) = trial.measurement.as_ref().filter(|_| trial.block > 0) else {
            values.cells.entry(name).or_default();
            continue;
        };
        let Ok(latency) = measurement.latency.to_histogram() else {
            continue;
        };
        let cell = values.cells.entry(name).or_default();
        for quantity in Quantity::ALL {
            if let Some(value) = quantity.of(measurement, &latency) {
                cell.entry(quantity).or_default().insert(trial.block, value);
            }
        }
    }
    all
}
