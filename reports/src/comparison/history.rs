//! History: what was measured of a thing over commits, and where it changed.

use super::stored::{StoredCampaign, history_of};
use super::{ComparisonReport, Figure};
use crate::model::{Machine, SCHEMA};
use crate::statistics::{ChangePoint, change_points};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Error of each change point's test: a history is looked at often.
const ALPHA: f64 = 0.01;
/// Seed of the permutations: a history must read the same on every machine.
const SEED: u64 = 0x1157;

/// One line of a history's file: one cell of one comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// Version of the result model.
    #[serde(default)]
    pub schema: u32,
    /// Id of the comparison or campaign.
    pub run: String,
    /// When it began, in milliseconds since the Unix epoch.
    pub unix_ms: u64,
    /// The commit that was measured; may be empty.
    #[serde(default)]
    pub commit: String,
    /// The machine: values of unlike machines make no series.
    #[serde(default)]
    pub machine: String,
    /// Name of the cell.
    pub cell: String,
    /// What was measured.
    pub figures: BTreeMap<Figure, HistoryValue>,
}

/// One value of a history.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HistoryValue {
    /// The new side's value, in the figure's unit.
    pub value: f64,
    /// New over base.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// Samples; 0 for what repeats exactly.
    #[serde(default)]
    pub n: usize,
}

/// One figure of one cell on one machine, in order of time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trend {
    /// Name of the cell.
    pub cell: String,
    /// The machine.
    pub machine: String,
    /// The figure.
    pub figure: Figure,
    /// The values.
    pub points: Vec<TrendPoint>,
    /// Where the level changed; an index counts `points`.
    pub changes: Vec<ChangePoint>,
}

/// A value with where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrendPoint {
    /// Id of the comparison or campaign.
    pub run: String,
    /// The commit; may be empty.
    pub commit: String,
    /// When, in milliseconds since the Unix epoch.
    pub unix_ms: u64,
    /// The value, in the figure's unit.
    pub value: f64,
}

impl HistoryEntry {
    /// A line for each cell that a campaign measured.
    pub fn of_campaign(campaign: StoredCampaign<'_>, commit: &str) -> Vec<HistoryEntry> {
        history_of(campaign, commit)
    }

    /// A line for each cell that was measured; none of a comparison that the
    /// machine did not support.
    pub fn of(comparison: &ComparisonReport, commit: &str) -> Vec<HistoryEntry> {
        if comparison.objection.is_some() || comparison.interrupted {
            return Vec::new();
        }
        let measured = comparison
            .cells
            .iter()
            .filter(|cell| cell.failure.is_none());
        measured
            .map(|cell| {
                let counted = cell.counts.iter().map(|count| {
                    let value = HistoryValue {
                        value: count.new,
                        ratio: count.ratio(),
                        n: 0,
                    };
                    (count.figure, value)
                });
                let against = |base: bool| {
                    let own = cell.answers.iter();
                    own.filter(move |answer| answer.question.ceiling.is_none() == base)
                };
                // Where a figure is held to both, its ratio to the base is kept.
                let sampled = against(false).chain(against(true)).filter_map(|answer| {
                    let to_base = answer.question.ceiling.is_none();
                    let value = HistoryValue {
                        value: answer.new?,
                        ratio: answer.ratio.filter(|_| to_base).map(|ratio| ratio.estimate),
                        n: answer.ratio.map_or(0, |ratio| ratio.n),
                    };
                    Some((answer.question.figure, value))
                });
                HistoryEntry {
                    schema: SCHEMA,
                    run: comparison.id.clone(),
                    unix_ms: comparison.started_unix_ms,
                    commit: commit.to_owned(),
                    machine: machine_name(&comparison.machine),
                    cell: cell.label.clone(),
                    figures: sampled.chain(counted).collect(),
                }
            })
            .collect()
    }
}

/// A machine's name in a history: the processor, the cores and the beginning of its identity,
/// because two machines of one model need not be alike.
pub fn machine_name(machine: &Machine) -> String {
    const SHOWN: usize = 6;
    let model = format!("{} × {}", machine.cpu_model, machine.cores);
    match machine.identity.get(..SHOWN) {
        Some(identity) => format!("{model}, {identity}"),
        None => model,
    }
}

/// Puts entries in series and looks for change points in each. Counted figures
/// make one series over all machines.
pub fn trends(entries: &[HistoryEntry], figures: &[Figure]) -> Vec<Trend> {
    let mut series: BTreeMap<(String, Figure, String), Vec<TrendPoint>> = BTreeMap::new();
    for entry in entries {
        for (figure, value) in &entry.figures {
            if !figures.contains(figure) {
                continue;
            }
            let machine = match figure.is_counted() {
                true => String::new(),
                false => entry.machine.clone(),
            };
            let points = series
                .entry((entry.cell.clone(), *figure, machine))
                .or_default();
            points.push(TrendPoint {
                run: entry.run.clone(),
                commit: entry.commit.clone(),
                unix_ms: entry.unix_ms,
                value: value.value,
            });
        }
    }
    series
        .into_iter()
        .map(|((cell, figure, machine), mut points)| {
            points.sort_by_key(|point| point.unix_ms);
            let values: Vec<f64> = points.iter().map(|point| point.value).collect();
            Trend {
                cell,
                machine,
                figure,
                changes: change_points(&values, ALPHA, SEED),
                points,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u64, machine: &str, cpu: f64, calls: f64) -> HistoryEntry {
        let value = |value| HistoryValue {
            value,
            ratio: None,
            n: 0,
        };
        HistoryEntry {
            schema: SCHEMA,
            run: format!("run-{number}"),
            unix_ms: number,
            commit: format!("c{number}"),
            machine: machine.to_owned(),
            cell: "plugin".to_owned(),
            figures: BTreeMap::from([(Figure::Cpu, value(cpu)), (Figure::HostCalls, value(calls))]),
        }
    }

    #[test]
    fn machines_of_one_model_have_names_of_their_own() {
        let machine = |identity: &str| Machine {
            cpu_model: "CPU".to_owned(),
            cores: 2,
            identity: identity.to_owned(),
            ..Machine::default()
        };
        assert_eq!(machine_name(&machine("0123456789ab")), "CPU × 2, 012345");
        assert_ne!(
            machine_name(&machine("0123456789ab")),
            machine_name(&machine("ff23456789ab"))
        );
        assert_eq!(machine_name(&machine("")), "CPU × 2");
    }

    #[test]
    fn machines_make_series_of_their_own_except_for_what_is_counted() {
        // The second machine is slower; nothing changed on either.
        let entries: Vec<HistoryEntry> = (0..24)
            .map(|n| {
                let machine = if n % 2 == 0 { "fast" } else { "slow" };
                let level = if n % 2 == 0 { 100.0 } else { 200.0 };
                entry(
                    n,
                    machine,
                    level + (n % 5) as f64,
                    if n < 12 { 50.0 } else { 51.0 },
                )
            })
            .collect();
        let found = trends(&entries, &Figure::ALL);
        assert_eq!(found.len(), 3);
        for trend in &found {
            match trend.figure {
                Figure::Cpu => assert!(trend.changes.is_empty(), "{trend:?}"),
                _ => {
                    assert_eq!(trend.changes.len(), 1);
                    assert_eq!(trend.points[trend.changes[0].index].commit, "c12");
                }
            }
        }
    }
}
