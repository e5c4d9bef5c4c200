//! Two campaigns that ran at different times, compared as they are.

use super::history::{HistoryEntry, HistoryValue, machine_name};
use super::judge::{Answer, Question};
use super::{ComparedCell, ComparisonReport, Count, Figure, Origin};
use crate::model::{Campaign, Cell, Check, Machine, Measurement, SCHEMA, Status, TrialRecord};
use crate::statistics::{Policy, Word, holm, median, unpaired_ratio};
use crate::summary::Summary;
use std::collections::BTreeMap;

/// Figures that campaigns have in samples.
const SAMPLED: [Figure; 6] = [
    Figure::Cpu,
    Figure::P50,
    Figure::P90,
    Figure::P99,
    Figure::Startup,
    Figure::Memory,
];

/// A campaign with its trials.
pub type StoredCampaign<'a> = (&'a Campaign, &'a [TrialRecord]);

/// In what two machines differ, in words; `None` for one and the same, as far
/// as can be told. Load and compiler may differ.
pub fn machine_difference(base: &Machine, new: &Machine) -> Option<String> {
    let facts = |machine: &Machine| {
        [
            ("identity", machine.identity.clone()),
            ("CPU", machine.cpu_model.clone()),
            ("cores", machine.cores.to_string()),
            ("memory", format!("{} bytes", machine.memory_bytes)),
            ("operating system", machine.os.clone()),
            ("kernel", machine.kernel.clone()),
            (
                "virtualisation",
                machine.virtualised.clone().unwrap_or_default(),
            ),
        ]
    };
    facts(base)
        .into_iter()
        .zip(facts(new))
        .find(|(base, new)| base.1 != new.1)
        .map(|((name, base), (_, new))| format!("{name} {base} against {new}"))
}

/// Compares two campaigns cell by cell. Their blocks ran at different times,
/// so that nothing is paired: the values of each side stand by themselves, and
/// what the machine did between the two campaigns looks like a difference.
pub fn stored(
    base: StoredCampaign<'_>,
    new: StoredCampaign<'_>,
    band: f64,
    seed: u64,
) -> ComparisonReport {
    let mut report = ComparisonReport {
        origin: Origin::Stored,
        base: base.0.id.clone(),
        new: new.0.id.clone(),
        machine: new.0.machine.clone(),
        seed,
        notes: vec![
            "Both campaigns are compared as they were stored: they ran at different times, and \
             what the machine did between them looks like a difference. For a verdict to act \
             on, measure both sides together."
                .to_owned(),
        ],
        ..ComparisonReport::default()
    };
    let (old_cells, new_cells) = (gather(base.1), gather(new.1));
    for (cell, old) in &old_cells {
        if let Some(new) = new_cells.get(cell) {
            let number = report.cells.len();
            report
                .cells
                .push(compared(number, cell, old, new, band, seed));
        }
    }
    let missing = old_cells.len() + new_cells.len() - 2 * report.cells.len();
    if missing > 0 {
        report.notes.push(format!(
            "{missing} cells are in one of the two campaigns only."
        ));
    }
    decide(&mut report);
    report.object([base, new].into_iter().find_map(|(campaign, trials)| {
        let objection = Summary::new(campaign.clone(), trials).trust.objection?;
        Some(format!("{}: {objection}", campaign.id))
    }));
    report
}

/// What a campaign leaves in a history: a line for each cell.
pub(super) fn history_of(campaign: StoredCampaign<'_>, commit: &str) -> Vec<HistoryEntry> {
    let (campaign, trials) = campaign;
    let entry = |(cell, values): (&Cell, &Values<'_>)| {
        let figures = Figure::ALL.into_iter().filter_map(|figure| {
            let sampled = values.of(figure);
            let n = sampled.len();
            let value = median(sampled).or_else(|| values.count(figure))?;
            let value = HistoryValue {
                value,
                ratio: None,
                n,
            };
            Some((figure, value))
        });
        HistoryEntry {
            schema: SCHEMA,
            run: campaign.id.clone(),
            unix_ms: campaign.started_unix_ms,
            commit: commit.to_owned(),
            machine: machine_name(&campaign.machine),
            cell: cell.label(),
            figures: figures.collect(),
        }
    };
    gather(trials).iter().map(entry).collect()
}

#[derive(Default)]
struct Values<'a> {
    measurements: Vec<&'a Measurement>,
    check: Option<&'a Check>,
}

fn gather(trials: &[TrialRecord]) -> BTreeMap<Cell, Values<'_>> {
    let mut cells: BTreeMap<Cell, Values<'_>> = BTreeMap::new();
    for trial in trials {
        if trial.cell.is_control() || trial.status != Status::Ok {
            continue;
        }
        let values = cells.entry(trial.cell.clone()).or_default();
        if let Some(check) = &trial.check {
            values.check = Some(check);
        }
        if trial.block > 0 {
            values.measurements.extend(&trial.measurement);
        }
    }
    cells.retain(|_, values| !values.measurements.is_empty());
    cells
}

impl Values<'_> {
    fn of(&self, figure: Figure) -> Vec<f64> {
        let value = |measurement: &&Measurement| -> Option<f64> {
            let quantile = |q: f64| {
                let histogram = measurement.latency.to_histogram().ok()?;
                (!histogram.is_empty()).then(|| histogram.value_at_quantile(q) as f64)
            };
            match figure {
                Figure::Cpu => {
                    let transactions = measurement.transactions.max(1) as f64;
                    Some(measurement.cpu_ns as f64 / transactions)
                }
                Figure::P50 => quantile(0.50),
                Figure::P90 => quantile(0.90),
                Figure::P99 => quantile(0.99),
                Figure::Startup => Some(measurement.startup.total_ns() as f64),
                Figure::Memory => Some(measurement.memory.rss_first_vm_bytes as f64),
                _ => None,
            }
        };
        self.measurements.iter().filter_map(value).collect()
    }

    fn count(&self, figure: Figure) -> Option<f64> {
        let size = || Some(&self.measurements.first()?.size);
        let count = match figure {
            Figure::ModuleSize => size()?.module_bytes,
            Figure::ArtifactSize => size()?.artifact_bytes?,
            Figure::Instructions => self.check?.instructions?,
            Figure::HostCalls => self.check?.host_calls.values().sum(),
            Figure::BytesCopied => self.check?.bytes_copied,
            _ => return None,
        };
        Some(count as f64)
    }
}

fn compared(
    number: usize,
    cell: &Cell,
    old: &Values<'_>,
    new: &Values<'_>,
    band: f64,
    seed: u64,
) -> ComparedCell {
    let level = Policy::default().level;
    let answers = SAMPLED.into_iter().map(|figure| {
        let (base, value) = (old.of(figure), new.of(figure));
        Answer {
            question: Question {
                cell: number,
                figure,
                band,
                decides: figure == Figure::Cpu,
                ceiling: None,
            },
            word: Word::Undecided,
            ratio: unpaired_ratio(&value, &base, level, band, seed),
            level,
            p_adjusted: 1.0,
            control: None,
            confirmation: None,
            look: 0,
            base: median(base),
            new: median(value),
        }
    });
    let counts = Figure::ALL.into_iter().filter_map(|figure| {
        Some(Count {
            figure,
            base: old.count(figure)?,
            new: new.count(figure)?,
        })
    });
    ComparedCell {
        label: cell.label(),
        answers: answers.collect(),
        counts: counts.collect(),
        sittings: 0,
        failure: None,
    }
}

fn decide(report: &mut ComparisonReport) {
    let mut answers: Vec<&mut Answer> = report
        .cells
        .iter_mut()
        .flat_map(|cell| &mut cell.answers)
        .collect();
    let p: Vec<f64> = answers
        .iter()
        .map(|answer| answer.ratio.map_or(1.0, |ratio| ratio.p))
        .collect();
    for (answer, p) in answers.iter_mut().zip(holm(&p)) {
        answer.p_adjusted = p;
        let policy = Policy {
            band: answer.question.band,
            ..Policy::default()
        };
        if let Some(ratio) = answer.ratio {
            answer.word = policy.word(&ratio, p, true);
        }
    }
}
