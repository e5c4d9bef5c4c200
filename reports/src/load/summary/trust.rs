//! The A/A control of a load campaign.

use super::super::{LoadCampaign, LoadDemand, LoadMetric, LoadRow, Round};
use crate::statistics::{Control, PairedRatio, Policy, Series};
use serde::Serialize;

/// Whether the machine was steady enough for verdicts.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LoadTrust {
    /// The row that was measured a second time; empty without one.
    pub row: String,
    /// The control over the row itself, for each way of loading and what is compared of it.
    pub controls: Vec<LoadControl>,
    /// Why verdicts may not stand; `None` when they may.
    pub objection: Option<String>,
}

/// One figure of the control over that of its row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoadControl {
    /// The way of loading.
    pub demand: LoadDemand,
    /// What is compared.
    pub metric: LoadMetric,
    /// The ratio; 1 on a perfect machine.
    pub ratio: PairedRatio,
}

impl LoadTrust {
    pub(super) fn of(campaign: &LoadCampaign, rounds: &[Round], policy: &Policy) -> LoadTrust {
        let Some(control) = campaign.rows.iter().find(|row| row.is_control()) else {
            return LoadTrust {
                objection: Some("there is no A/A control".to_owned()),
                ..LoadTrust::default()
            };
        };
        let main = LoadRow {
            arm: crate::model::Arm::Main,
            ..control.clone()
        };
        let figures: Vec<(LoadDemand, LoadMetric)> = super::demands(rounds)
            .into_iter()
            .flat_map(figures)
            .collect();
        let mut trust = LoadTrust {
            row: main.label(),
            ..LoadTrust::default()
        };
        for (demand, metric) in figures.iter().copied() {
            let of = |row| series(rounds, row, demand, metric);
            let judged = Control::new(
                &of(control),
                &of(&main),
                figures.len(),
                policy,
                campaign.seed,
            );
            let Some(judged) = judged else { continue };
            trust.controls.push(LoadControl {
                demand,
                metric,
                ratio: judged.ratio,
            });
            if !judged.trusted {
                let interval = judged.ratio.interval;
                trust.objection.get_or_insert(format!(
                    "the same proxy measured twice differs from itself ({}: {:.3} to {:.3} times its {})",
                    demand.words(),
                    interval.low,
                    interval.high,
                    metric.words()
                ));
            }
        }
        if campaign.plan.keep_all {
            trust.objection =
                Some("rounds count in which a process did not get its core".to_owned());
        } else if trust.controls.is_empty() {
            trust.objection =
                Some("the A/A control has no block in common with its row".to_owned());
        }
        trust
    }
}

/// What verdicts stand on: CPU time always, and what the way of loading is for.
fn figures(demand: LoadDemand) -> Vec<(LoadDemand, LoadMetric)> {
    let mut metrics = vec![demand.metric()];
    if demand.metric() != LoadMetric::Cpu {
        metrics.push(LoadMetric::Cpu);
    }
    metrics.into_iter().map(|metric| (demand, metric)).collect()
}

/// A metric of a row under one way of loading, block by block; rounds that count alone.
pub(super) fn series(
    rounds: &[Round],
    row: &LoadRow,
    demand: LoadDemand,
    metric: LoadMetric,
) -> Series {
    rounds
        .iter()
        .filter(|round| round.is_accepted() && round.row == *row && round.demand == demand)
        .map(|round| (round.block, metric.of(round)))
        .filter(|(_, value)| value.is_finite())
        .collect()
}
