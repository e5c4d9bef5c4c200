//! Calibration: how often a comparison is right when the truth is known.

use super::{Answer, Figure, Player, Sitting, Stage};
use crate::statistics::{Interval, Word, criterion_word, median, welch, wilson};
use serde::{Deserialize, Serialize};

/// One line of `calibration.jsonl`: a comparison whose truth is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibrationRecord {
    /// Position in the calibration's sequence, counted from 0.
    pub number: u32,
    /// The guest.
    pub guest: String,
    /// Share of work added to the new side; 0 for a comparison of a thing with itself.
    pub injected: f64,
    /// New over base in WebAssembly instructions, counted on the reference engine.
    pub instructions: Option<f64>,
    /// What this program said.
    pub word: Word,
    /// Whether the A/A control failed, which forbids a verdict.
    pub untrusted: bool,
    /// What it would have said without the confirmation.
    pub unconfirmed_word: Word,
    /// The answer in full.
    pub answer: Answer,
    /// What other methods said of the same values.
    pub others: Others,
    /// Sittings, those of a confirmation included.
    pub sittings: u32,
    /// Wall time of the comparison, in seconds, without making artifacts and the check.
    pub seconds: f64,
    /// Load average over one minute when it began.
    pub load: Option<f64>,
    /// When it began, in milliseconds since the Unix epoch.
    pub started_unix_ms: u64,
}

/// Verdicts of other methods on the main stage's values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Others {
    /// Criterion's rule, every slice taken for a sample.
    pub criterion: Option<Word>,
    /// Welch's t-test at 5 %, every slice taken for a sample.
    pub welch_slices: Option<Word>,
    /// Welch's t-test at 5 %, every process one sample, unpaired.
    pub welch_processes: Option<Word>,
    /// Criterion's rule as it is used: the base's slices of the first half of the sittings
    /// against the new side's of the second half.
    #[serde(default)]
    pub criterion_in_sequence: Option<Word>,
    /// Welch's t-test over the same slices.
    #[serde(default)]
    pub welch_in_sequence: Option<Word>,
}

impl Others {
    /// Judges the CPU times of the base's and the new side's processes.
    pub fn judge(sittings: &[Sitting], seed: u64) -> Others {
        let main: Vec<&Sitting> = sittings
            .iter()
            .filter(|sitting| sitting.stage == Stage::Main)
            .collect();
        let (first, second) = main.split_at(main.len() / 2);
        let (base, new) = (slices(&main, 0), slices(&main, 1));
        let (earlier, later) = (slices(first, 0), slices(second, 1));
        Others {
            criterion: criterion_word(&new, &base, seed),
            welch_slices: welch_word(&new, &base),
            welch_processes: welch_word(&processes(&main, 1), &processes(&main, 0)),
            criterion_in_sequence: criterion_word(&later, &earlier, seed),
            welch_in_sequence: welch_word(&later, &earlier),
        }
    }
}

/// Both processes of a side in each sitting.
fn players<'a>(
    sittings: &'a [&Sitting],
    side: usize,
) -> impl Iterator<Item = (&'a Player, u64)> + 'a {
    sittings.iter().flat_map(move |sitting| {
        [2 * side, 2 * side + 1].map(|index| (sitting.players()[index], sitting.transactions))
    })
}

fn slices(sittings: &[&Sitting], side: usize) -> Vec<f64> {
    let slices = players(sittings, side).flat_map(|(player, _)| &player.cpu_ns);
    slices.map(|ns| *ns as f64).collect()
}

fn processes(sittings: &[&Sitting], side: usize) -> Vec<f64> {
    players(sittings, side)
        .filter_map(|(player, transactions)| player.value(Figure::Cpu, transactions))
        .collect()
}

/// The plain t-test's word: any difference that is significant at 5 %.
fn welch_word(new: &[f64], base: &[f64]) -> Option<Word> {
    let p = welch(new, base)?;
    let sum = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    Some(match sum(new) > sum(base) {
        _ if p >= 0.05 => Word::Same,
        true => Word::Slower,
        false => Word::Faster,
    })
}

/// What a calibration found.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Calibration {
    /// One row for each share of work that was added, nothing first.
    pub rows: Vec<CalibrationRow>,
}

/// All comparisons with one share of work added.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CalibrationRow {
    /// Share of work added.
    pub injected: f64,
    /// Comparisons.
    pub n: u64,
    /// New over base in instructions, the median.
    pub instructions: Option<f64>,
    /// How often it was called slower; false alarms where nothing was added.
    pub slower: Share,
    /// How often it was called faster: wrong in every row.
    pub faster: Share,
    /// How often it was called the same.
    pub same: Share,
    /// How often the A/A control forbade a verdict.
    pub untrusted: Share,
    /// How often it would have been called slower without a confirmation.
    pub slower_unconfirmed: Share,
    /// How often criterion's rule calls it regressed, and improved.
    pub criterion: [Share; 2],
    /// The same of Welch's test over slices.
    pub welch_slices: [Share; 2],
    /// The same of Welch's test over processes.
    pub welch_processes: [Share; 2],
    /// The same of criterion's rule on one side after the other.
    pub criterion_in_sequence: [Share; 2],
    /// The same of Welch's test over the slices of one side after the other.
    pub welch_in_sequence: [Share; 2],
    /// Median of the measured ratios.
    pub ratio: Option<f64>,
    /// Median seconds of a comparison.
    pub seconds: f64,
    /// The longest comparison, in seconds.
    pub longest_seconds: f64,
    /// Median load average.
    pub load: Option<f64>,
}

/// How often something happened, with Wilson's 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// How often.
    pub hits: u64,
    /// Of how many.
    pub trials: u64,
    /// Wilson's interval; `None` without trials.
    pub interval: Option<Interval>,
}

impl Share {
    fn of(flags: impl Iterator<Item = bool>) -> Share {
        let (mut hits, mut trials) = (0, 0);
        for flag in flags {
            trials += 1;
            hits += u64::from(flag);
        }
        Share {
            hits,
            trials,
            interval: wilson(hits, trials, 0.95),
        }
    }

    /// The share itself, 0 to 1.
    pub fn value(&self) -> f64 {
        self.hits as f64 / self.trials.max(1) as f64
    }
}

impl Calibration {
    /// Sums up records.
    pub fn of(records: &[CalibrationRecord]) -> Calibration {
        let mut shares: Vec<f64> = records.iter().map(|record| record.injected).collect();
        shares.sort_by(f64::total_cmp);
        shares.dedup();
        Calibration {
            rows: shares
                .into_iter()
                .map(|injected| {
                    let own: Vec<&CalibrationRecord> = records
                        .iter()
                        .filter(|record| record.injected == injected)
                        .collect();
                    row(injected, &own)
                })
                .collect(),
        }
    }
}

fn row(injected: f64, own: &[&CalibrationRecord]) -> CalibrationRow {
    let said = |word: Word| Share::of(own.iter().map(|record| record.word == word));
    let other = |of: fn(&Others) -> Option<Word>| {
        [Word::Slower, Word::Faster]
            .map(|word| Share::of(own.iter().map(|record| of(&record.others) == Some(word))))
    };
    let middle = |of: &dyn Fn(&CalibrationRecord) -> Option<f64>| {
        median(own.iter().filter_map(|record| of(record)))
    };
    CalibrationRow {
        injected,
        n: own.len() as u64,
        instructions: middle(&|record| record.instructions),
        slower: said(Word::Slower),
        faster: said(Word::Faster),
        same: said(Word::Same),
        untrusted: Share::of(own.iter().map(|record| record.untrusted)),
        slower_unconfirmed: Share::of(
            own.iter()
                .map(|record| record.unconfirmed_word == Word::Slower),
        ),
        criterion: other(|others| others.criterion),
        welch_slices: other(|others| others.welch_slices),
        welch_processes: other(|others| others.welch_processes),
        criterion_in_sequence: other(|others| others.criterion_in_sequence),
        welch_in_sequence: other(|others| others.welch_in_sequence),
        ratio: middle(&|record| Some(record.answer.ratio?.estimate)),
        seconds: middle(&|record| Some(record.seconds)).unwrap_or(0.0),
        longest_seconds: own.iter().map(|record| record.seconds).fold(0.0, f64::max),
        load: middle(&|record| record.load),
    }
}
