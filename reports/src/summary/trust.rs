//! Trust: whether the machine supports a verdict at all.

use super::Metric;
use super::samples::Samples;
use crate::model::Cell;
use crate::statistics::{Control, Policy};
use serde::Serialize;
use std::collections::BTreeMap;

/// The A/A controls of a campaign and what follows from them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Trust {
    /// Every control, by cell and metric.
    pub controls: Vec<ControlRow>,
    /// Why no verdict on any metric is possible, when none is.
    pub objection: Option<String>,
}

/// One control on one metric.
#[derive(Debug, Clone, Serialize)]
pub struct ControlRow {
    /// The cell (main arm) that was measured twice.
    pub cell: Cell,
    /// The metric.
    pub metric: Metric,
    /// What was found.
    #[serde(flatten)]
    pub control: Control,
}

impl Trust {
    /// Whether verdicts on a metric may stand: its own controls and those of
    /// the campaign as a whole held.
    pub fn of(&self, metric: Metric) -> bool {
        let mut own = self
            .controls
            .iter()
            .filter(|row| row.metric == metric)
            .peekable();
        self.objection.is_none() && own.peek().is_some() && own.all(|row| row.control.trusted)
    }

    /// By how much a thing may differ from itself here, as a factor: 1 where the controls held,
    /// the furthest that the intervals of those that failed reach, and no end where there is
    /// none to tell.
    pub fn reach(&self) -> f64 {
        if self.objection.is_none() {
            return 1.0;
        }
        let failed = self.controls.iter().filter(|row| !row.control.trusted);
        let reaches = failed.map(|row| {
            let interval = row.control.ratio.interval;
            interval.high.max(1.0 / interval.low)
        });
        reaches.max_by(f64::total_cmp).unwrap_or(f64::INFINITY)
    }
}

pub(super) fn trust(
    cells: &BTreeMap<Cell, Samples<'_>>,
    primary: Metric,
    policy: &Policy,
    seed: u64,
) -> Trust {
    let pairs: Vec<(&Cell, &Samples<'_>, &Samples<'_>)> = cells
        .iter()
        .filter(|(cell, _)| cell.is_control())
        .filter_map(|(cell, control)| {
            let (main, samples) = cells.get_key_value(&cell.main_arm())?;
            Some((main, control, samples))
        })
        .collect();
    let mut trust = Trust::default();
    for metric in Metric::ALL {
        for (cell, control, main) in &pairs {
            let (control, main) = (control.series(metric), main.series(metric));
            if let Some(control) = Control::new(&control, &main, pairs.len(), policy, seed) {
                trust.controls.push(ControlRow {
                    cell: (*cell).clone(),
                    metric,
                    control,
                });
            }
        }
    }
    trust.objection = objection(&trust.controls, primary, policy);
    trust
}

fn objection(controls: &[ControlRow], primary: Metric, policy: &Policy) -> Option<String> {
    let own = || controls.iter().filter(|row| row.metric == primary);
    let Some(blocks) = own().map(|row| row.control.ratio.n).min() else {
        return Some("no A/A control was measured".to_owned());
    };
    if blocks < policy.min_blocks {
        return Some(format!(
            "{blocks} blocks are too few to trust the A/A control, a verdict needs {}",
            policy.min_blocks
        ));
    }
    let worst = own().filter(|row| !row.control.trusted).max_by(|a, b| {
        let distance = |row: &ControlRow| {
            let interval = row.control.ratio.interval;
            interval.low.ln().abs().max(interval.high.ln().abs())
        };
        distance(a).total_cmp(&distance(b))
    })?;
    let ratio = &worst.control.ratio;
    let (fault, why) = match ratio.interval.contains(1.0) {
        false => ("differs from itself", "which excludes 1".to_owned()),
        true => (
            "is too uncertain",
            format!(
                "which reaches further from 1 than {:.0} %",
                policy.control_reach * 100.0
            ),
        ),
    };
    Some(format!(
        "the A/A control {fault}: {} measured twice in every block gave a ratio of {:.3} \
         ({:.0} % interval {:.3} to {:.3}), {why}",
        worst.cell.runtime,
        ratio.estimate,
        policy.level * 100.0,
        ratio.interval.low,
        ratio.interval.high
    ))
}
