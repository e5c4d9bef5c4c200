//! Sittings: the processes of one cell in one block, taking turns.

use super::Figure;
use crate::ENOUGH_FOR_P999;
use crate::model::Startup;
use crate::statistics::median;
use serde::{Deserialize, Serialize};

/// Part of a comparison that a sitting belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// What the words are found from.
    #[default]
    Main,
    /// Fresh processes under a fresh seed, which must find a "slower" again.
    Confirmation,
}

/// One line of `sittings.jsonl`: four processes, two of each side, alive at
/// once on one core, that measured slices of a few milliseconds in turn. One
/// sample.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sitting {
    /// Which cell, by its position in the comparison.
    pub cell: usize,
    /// Part of the comparison.
    pub stage: Stage,
    /// The block, counted from 1 in each stage.
    pub block: u32,
    /// The core that all were bound to; `None` where that is not possible.
    pub core: Option<u32>,
    /// Transactions in one slice.
    pub transactions: u64,
    /// Wall time of the whole sitting, in nanoseconds.
    pub wall_ns: u64,
    /// A process of the base.
    pub base: Player,
    /// A second process of the base, the A/A control.
    pub control: Player,
    /// A process of the new side.
    pub new: Player,
    /// A second process of the new side.
    pub twin: Player,
}

/// One process of a sitting.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Player {
    /// Thread CPU time of each slice, in nanoseconds; slices of one round have one index.
    pub cpu_ns: Vec<u64>,
    /// Wall time of each slice, in nanoseconds.
    pub wall_ns: Vec<u64>,
    /// Latency of a transaction over all slices, in nanoseconds.
    pub latency: Percentiles,
    /// Start-up on this one core.
    pub startup: Startup,
    /// Growth of resident memory until the first VM was configured, in bytes.
    pub resident_bytes: u64,
}

/// Percentiles of one process's latencies, in nanoseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Percentiles {
    /// Median.
    pub p50: u64,
    /// 90th percentile.
    pub p90: u64,
    /// 99th percentile.
    pub p99: u64,
    /// 99.9th percentile.
    pub p999: u64,
}

/// Logarithms of a sitting's two ratios.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contrast {
    /// The second process of each side over the first; 0 if the machine were perfect.
    pub control: f64,
    /// The new side over the base, each side's two processes taken together.
    pub new: f64,
}

impl Sitting {
    /// The sitting's two ratios in a figure that is measured in samples;
    /// `None` where a value is missing.
    ///
    /// CPU time is compared round by round: what disturbs the core for longer
    /// than a round disturbs all alike, and the mean of the middle half of the
    /// rounds passes over what disturbs one slice. Both ratios have as many
    /// processes above as below, so that whatever shape the noise has, it is
    /// symmetric in them: with two against one, slices that were hit would
    /// move a robust mean to one side.
    pub fn contrast(&self, figure: Figure) -> Option<Contrast> {
        let of = |[base, control, new, twin]: [f64; 4]| Contrast {
            control: f64::midpoint(control - base, twin - new),
            new: f64::midpoint(new, twin) - f64::midpoint(base, control),
        };
        if figure == Figure::Cpu {
            let logs = self.players().map(|player| -> Vec<f64> {
                player.cpu_ns.iter().map(|ns| (*ns as f64).ln()).collect()
            });
            let rounds = logs.iter().map(Vec::len).min().unwrap_or(0);
            let each = || (0..rounds).map(|round| of([0, 1, 2, 3].map(|index| logs[index][round])));
            return Some(Contrast {
                control: midmean(each().map(|found| found.control).collect())?,
                new: midmean(each().map(|found| found.new).collect())?,
            });
        }
        let mut logs = [0.0; 4];
        for (log, player) in logs.iter_mut().zip(self.players()) {
            *log = player.value(figure, self.transactions)?.ln();
        }
        logs.iter().all(|log| log.is_finite()).then(|| of(logs))
    }

    /// Both processes of the base, then both of the new side.
    pub fn players(&self) -> [&Player; 4] {
        [&self.base, &self.control, &self.new, &self.twin]
    }

    /// The new side's value in a figure: the geometric mean of its two processes.
    pub fn new_value(&self, figure: Figure) -> Option<f64> {
        let value = |player: &Player| player.value(figure, self.transactions);
        Some((value(&self.new)? * value(&self.twin)?).sqrt())
    }
}

/// The mean of the middle half; `None` without values.
fn midmean(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let cut = match values.len() {
        0..3 => 0,
        n => n.div_ceil(4),
    };
    let kept = &values[cut..values.len() - cut];
    (!kept.is_empty()).then(|| kept.iter().sum::<f64>() / kept.len() as f64)
}

impl Player {
    /// The process's own value in a figure, with `transactions` in each slice; `None` for a
    /// figure that is counted, without slices, or where too few transactions tell it.
    pub fn value(&self, figure: Figure, transactions: u64) -> Option<f64> {
        Some(match figure {
            Figure::Cpu => {
                let slice = median(self.cpu_ns.iter().map(|ns| *ns as f64))?;
                slice / transactions.max(1) as f64
            }
            Figure::P50 => self.latency.p50 as f64,
            Figure::P90 => self.latency.p90 as f64,
            Figure::P99 => self.latency.p99 as f64,
            Figure::P999 if transactions * (self.wall_ns.len() as u64) < ENOUGH_FOR_P999 => {
                return None;
            }
            Figure::P999 => self.latency.p999 as f64,
            Figure::Startup => self.startup.total_ns() as f64,
            Figure::Memory => self.resident_bytes as f64,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn player(cpu_ns: &[u64]) -> Player {
        Player {
            cpu_ns: cpu_ns.to_vec(),
            ..Player::default()
        }
    }

    #[test]
    fn a_disturbance_of_one_round_does_not_touch_the_ratio() {
        let sitting = Sitting {
            transactions: 10,
            base: player(&[100, 200, 100]),
            control: player(&[100, 200, 900]),
            new: player(&[110, 220, 110]),
            twin: player(&[110, 220, 110]),
            ..Sitting::default()
        };
        let found = sitting.contrast(Figure::Cpu).expect("slices");
        assert!((found.new - 1.1_f64.ln()).abs() < 1e-9 && found.control == 0.0);
        assert_eq!(sitting.base.value(Figure::Cpu, 10), Some(10.0));
    }

    #[test]
    fn the_slowest_of_a_thousand_need_ten_thousand_to_be_told() {
        let player = Player {
            wall_ns: vec![1; 8],
            latency: Percentiles {
                p999: 7,
                ..Percentiles::default()
            },
            ..Player::default()
        };
        assert_eq!(player.value(Figure::P999, 1_249), None);
        assert_eq!(player.value(Figure::P999, 1_250), Some(7.0));
    }

    #[test]
    fn what_was_not_measured_has_no_ratio() {
        let empty = Sitting::default();
        assert_eq!(empty.contrast(Figure::Cpu), None);
        assert_eq!(empty.contrast(Figure::P99), None);
        assert_eq!(empty.contrast(Figure::HostCalls), None);
    }
}
