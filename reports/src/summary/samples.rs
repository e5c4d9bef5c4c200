//! Trials gathered by cell.

use super::Metric;
use crate::model::{Cell, Check, Measurement, Status, TrialRecord};
use crate::statistics::Series;
use hdrhistogram::Histogram;
use std::collections::BTreeMap;

/// Everything the trials tell about one cell.
#[derive(Debug, Default)]
pub(super) struct Samples<'a> {
    /// Measurements by block; the check pass (block 0) takes no part.
    pub(super) measurements: BTreeMap<u32, &'a Measurement>,
    /// Latencies merged over all blocks.
    pub(super) latency: Option<Histogram<u64>>,
    /// The last outcome check.
    pub(super) check: Option<&'a Check>,
    /// Trials that failed.
    pub(super) failed: u32,
    series: BTreeMap<Metric, Series>,
}

impl Samples<'_> {
    /// One value of a metric per block.
    pub(super) fn series(&self, metric: Metric) -> Series {
        self.series.get(&metric).cloned().unwrap_or_default()
    }
}

/// Gathers trials by cell. What cannot be read is put into words in `warnings`.
pub(super) fn gather<'a>(
    trials: &'a [TrialRecord],
    warnings: &mut Vec<String>,
) -> BTreeMap<Cell, Samples<'a>> {
    let mut cells: BTreeMap<Cell, Samples<'a>> = BTreeMap::new();
    for trial in trials {
        let samples = cells.entry(trial.cell.clone()).or_default();
        if let Some(check) = &trial.check {
            samples.check = Some(check);
        }
        if trial.status != Status::Ok {
            samples.failed += 1;
            continue;
        }
        let Some(measurement) = trial.measurement.as_ref().filter(|_| trial.block > 0) else {
            continue;
        };
        if samples
            .measurements
            .insert(trial.block, measurement)
            .is_some()
        {
            warnings.push(format!(
                "{}: block {} holds two trials of this cell; the later one counts",
                trial.cell, trial.block
            ));
        }
    }
    for (cell, samples) in &mut cells {
        measure(cell, samples, warnings);
    }
    cells
}

fn measure(cell: &Cell, samples: &mut Samples<'_>, warnings: &mut Vec<String>) {
    for (block, measurement) in &samples.measurements {
        let histogram = match measurement.latency.to_histogram() {
            Ok(histogram) => Some(histogram),
            Err(error) => {
                warnings.push(format!("{cell}: block {block}: {error}"));
                None
            }
        };
        for metric in Metric::ALL {
            if let Some(value) = metric.of(measurement, histogram.as_ref()) {
                samples
                    .series
                    .entry(metric)
                    .or_default()
                    .insert(*block, value);
            }
        }
        match (&mut samples.latency, histogram) {
            // Growing to the larger range is all that an addition can ask for,
            // and these histograms resize themselves.
            (Some(sum), Some(histogram)) => {
                if let Err(error) = sum.add(histogram) {
                    warnings.push(format!("{cell}: block {block}: latency left out: {error}"));
                }
            }
            (empty, Some(mut histogram)) if !histogram.is_empty() => {
                histogram.auto(true);
                *empty = Some(histogram);
            }
            _ => {}
        }
    }
}
