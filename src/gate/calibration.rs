//! `pwbench gate --calibrate`: the gate against comparisons whose truth is known.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use reports::{
    Answer, CalibrationRecord, Figure, Others, Question, SamplePlan, Sitting, Stage, Word,
};
use serde::{Deserialize, Serialize};

use super::burner::Burner;
use crate::comparison::{Contest, Extent, Outcome, Pairing, Side, conduct};
use crate::error::Error;
use crate::experiment::{Progress, Runner, Stop, unix_ms};
use crate::machine;
use crate::trial::{Failed, Source, Subject};

/// The runtime of calibrations: compiled code, and processes that start at once.
const RUNTIME: &str = "wasmtime/cranelift-aot";
/// The built-in guest that takes half of the comparisons of a thing with itself: many host
/// calls and little computing, unlike the burner.
const OTHER_GUEST: &str = "header-rewrite";
/// Shares of work that are added.
const INJECTED: [f64; 5] = [0.01, 0.02, 0.03, 0.05, 0.10];

/// What to calibrate, and where it is kept.
pub(crate) struct Calibrate<'a> {
    pub(crate) runner: &'a Runner,
    pub(crate) folder: &'a Path,
    /// Comparisons in all, those of earlier invocations included.
    pub(crate) comparisons: u32,
    /// Time for each.
    pub(crate) time: Duration,
    /// Band of the verdicts.
    pub(crate) band: f64,
    pub(crate) seed: u64,
}

/// A comparison of the sequence.
struct Case {
    guest: &'static str,
    injected: f64,
    contest: Contest,
}

/// A sitting with the comparison that it belongs to, a line of `sittings.jsonl`.
#[derive(Serialize)]
struct Raw<'a> {
    comparison: u32,
    #[serde(flatten)]
    sitting: &'a Sitting,
}

/// As it is read back.
#[derive(Deserialize)]
struct RawLine {
    comparison: u32,
    #[serde(flatten)]
    sitting: Sitting,
}

impl Calibrate<'_> {
    /// Name of the file of comparisons.
    pub(crate) const RECORDS: &'static str = "calibration.jsonl";
    /// Name of the file of samples.
    const SITTINGS: &'static str = "sittings.jsonl";

    /// Goes on until there are as many comparisons as were asked for, and answers all of
    /// them. Ctrl-C leaves those that ended.
    ///
    /// # Errors
    /// When the folder cannot be used, or a guest does not pass its check.
    pub(crate) async fn run(&self) -> Result<(Vec<CalibrationRecord>, bool), Error> {
        fs::create_dir_all(self.folder).map_err(Error::io(
            self.folder,
            "make the folder",
            "check space and permissions",
        ))?;
        let path = self.folder.join(Self::RECORDS);
        let mut records = read(&path)?;
        self.judge_again(&path, &mut records)?;
        let done = u32::try_from(records.len()).unwrap_or(u32::MAX);
        if done >= self.comparisons {
            return Ok((records, false));
        }
        let work = tempfile::tempdir().map_err(Error::io(
            &std::env::temp_dir(),
            "make a folder",
            "set TMPDIR to a folder that is writable",
        ))?;
        let progress = Progress::new();
        let cases = match self.prepare(work.path(), &progress).await {
            Ok(cases) => cases,
            Err(Stop::Interrupted) => return Ok((records, true)),
            Err(Stop::Error(error)) => return Err(*error),
        };
        let (mut book, mut raw) = (append(&path)?, append(&self.folder.join(Self::SITTINGS))?);
        for number in done..self.comparisons {
            let case = &cases[case_of(number)];
            let (load, started_unix_ms) = (machine::fingerprint().load_before, unix_ms());
            let outcome = self.compare(number, case, &progress, &mut raw).await?;
            if outcome.interrupted {
                return Ok((records, true));
            }
            if let Some(failed) = outcome.failures.into_iter().flatten().next() {
                return Err(Error::Trial(failed));
            }
            let Some(answer) = outcome.judge.answers().first() else {
                continue;
            };
            let record = CalibrationRecord {
                number,
                guest: case.guest.to_owned(),
                injected: case.injected,
                instructions: ratio(&case.contest),
                word: answer.word,
                untrusted: outcome.judge.objection().is_some(),
                unconfirmed_word: unconfirmed(answer),
                answer: answer.clone(),
                others: Others::judge(&outcome.sittings, self.seed),
                sittings: u32::try_from(outcome.sittings.len()).unwrap_or(u32::MAX),
                seconds: outcome.took.as_secs_f64(),
                load,
                started_unix_ms,
            };
            write_line(&path, &mut book, &record)?;
            eprintln!("{}", tell(&record, self.comparisons));
            records.push(record);
        }
        Ok((records, false))
    }

    /// Lets the other methods judge records again that are older than some of them.
    fn judge_again(&self, path: &Path, records: &mut [CalibrationRecord]) -> Result<(), Error> {
        let is_old = |record: &CalibrationRecord| record.others.criterion_in_sequence.is_none();
        if !records.iter().any(is_old) {
            return Ok(());
        }
        let mut raw = read_sittings(&self.folder.join(Self::SITTINGS))?;
        for record in records.iter_mut().filter(|record| is_old(record)) {
            if let Some(sittings) = raw.remove(&record.number) {
                record.others = Others::judge(&sittings, self.seed);
            }
        }
        let mut text = Vec::new();
        for record in records.iter() {
            serde_json::to_writer(&mut text, record)?;
            text.push(b'\n');
        }
        fs::write(path, text).map_err(Error::io(path, "write", "check space and permissions"))
    }

    async fn compare(
        &self,
        number: u32,
        case: &Case,
        progress: &Progress,
        raw: &mut File,
    ) -> Result<Outcome, Error> {
        let question = Question {
            cell: 0,
            figure: Figure::Cpu,
            band: self.band,
            decides: true,
            ceiling: None,
        };
        let extent = Extent {
            time: self.time,
            slice: crate::comparison::SLICE,
            plan: SamplePlan::default(),
            fixed: false,
            transactions: 0,
            // Every comparison has fresh orders and layouts, and the same again when repeated.
            seed: self
                .seed
                .wrapping_add(u64::from(number).wrapping_mul(0x9e37_79b9)),
        };
        let path = self.folder.join(Self::SITTINGS);
        let mut keep = |sitting: &Sitting| {
            let raw_line = Raw {
                comparison: number,
                sitting,
            };
            write_line(&path, raw, &raw_line)
        };
        let contests = std::slice::from_ref(&case.contest);
        conduct(contests, vec![question], &extent, progress, &mut keep).await
    }

    /// Checks both guests, and the burner with all shares of work.
    async fn prepare(&self, folder: &Path, progress: &Progress) -> Result<Vec<Case>, Stop> {
        let burner = Burner::write(folder)?;
        let other = Source::BuiltIn {
            name: OTHER_GUEST.to_owned(),
            variant: None,
        };
        let other = Subject {
            workload: other,
            ..burner.subject(RUNTIME, 0.0)?
        };
        let base = burner.subject(RUNTIME, 0.0)?;
        let mut kinds = vec![("burner", 0.0, base.clone(), base.clone())];
        kinds.push((OTHER_GUEST, 0.0, other.clone(), other));
        for injected in INJECTED {
            let more = burner.subject(RUNTIME, injected)?;
            kinds.push(("burner", injected, base.clone(), more));
        }
        progress.stage("checking", kinds.len());
        let mut cases = Vec::new();
        for (number, (guest, injected, base, new)) in kinds.into_iter().enumerate() {
            let side = |subject| Side {
                program: None,
                subject,
                module_bytes: burner.module_bytes,
            };
            let pairing = Pairing {
                label: format!("{guest} +{:.0} %", injected * 100.0),
                base: side(base),
                new: side(new),
            };
            progress.trial(&pairing.label, None);
            let contest = pairing.check(self.runner, folder, number, true).await?;
            let contest = contest.map_err(|failed: Failed| Stop::from(Error::Trial(failed)))?;
            cases.push(Case {
                guest,
                injected,
                contest,
            });
            progress.ended();
        }
        Ok(cases)
    }
}

/// Which case comes at this position: every second comparison is one of a thing with
/// itself, and the shares of work take turns between, so that a calibration that ends early
/// has some of each.
fn case_of(number: u32) -> usize {
    let number = number as usize;
    match number % 2 {
        0 => number / 2 % 2,
        _ => 2 + number / 2 % INJECTED.len(),
    }
}

/// New over base in instructions.
fn ratio(contest: &Contest) -> Option<f64> {
    let base = contest.base.instructions.filter(|count| *count > 0)?;
    Some(contest.new.instructions? as f64 / base as f64)
}

fn unconfirmed(answer: &Answer) -> Word {
    match answer.confirmation {
        Some(_) => Word::Slower,
        None => answer.word,
    }
}

fn tell(record: &CalibrationRecord, all: u32) -> String {
    let ratio = record.answer.ratio.map_or("no values".to_owned(), |ratio| {
        format!(
            "{:.4} ({:.4} to {:.4})",
            ratio.estimate, ratio.interval.low, ratio.interval.high
        )
    });
    format!(
        "{} of {all}: {} {:+.0} %: {}, {ratio}, {} sittings, {:.1} s",
        record.number + 1,
        record.guest,
        record.injected * 100.0,
        if record.untrusted {
            "untrusted".to_owned()
        } else {
            record.word.to_string()
        },
        record.sittings,
        record.seconds
    )
}

/// Reads the comparisons of earlier invocations; a last line that was cut off is dropped.
pub(crate) fn read(path: &Path) -> Result<Vec<CalibrationRecord>, Error> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::io(path, "read", "check its permissions")(error)),
    };
    let lines: Vec<String> = BufReader::new(file)
        .lines()
        .collect::<Result<_, _>>()
        .map_err(Error::io(path, "read", "check the file system"))?;
    let mut records = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        match serde_json::from_str(line) {
            Ok(record) => records.push(record),
            Err(_) if index + 1 == lines.len() => drop_last_line(path, &lines[..index])?,
            Err(error) => {
                return Err(Error::Line {
                    file: path.to_path_buf(),
                    line: index + 1,
                    reason: error.to_string(),
                    remedy: "delete the line or choose another --output".to_owned(),
                });
            }
        }
    }
    Ok(records)
}

/// The samples of each comparison. What was measured of one that did not end is measured
/// anew under the same number: the later ones count.
fn read_sittings(path: &Path) -> Result<BTreeMap<u32, Vec<Sitting>>, Error> {
    let fault = || Error::io(path, "read", "choose another --output");
    let mut all: BTreeMap<u32, Vec<Sitting>> = BTreeMap::new();
    for line in BufReader::new(File::open(path).map_err(fault())?).lines() {
        // A line that was cut off belongs to a comparison that did not end.
        let Ok(RawLine {
            comparison,
            sitting,
        }) = serde_json::from_str(&line.map_err(fault())?)
        else {
            continue;
        };
        let own = all.entry(comparison).or_default();
        if sitting.stage == Stage::Main && sitting.block == 1 {
            own.clear();
        }
        own.push(sitting);
    }
    Ok(all)
}

fn drop_last_line(path: &Path, kept: &[String]) -> Result<(), Error> {
    let text: String = kept.iter().map(|line| format!("{line}\n")).collect();
    fs::write(path, text).map_err(Error::io(path, "write", "check space and permissions"))
}

fn append(path: &PathBuf) -> Result<File, Error> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(Error::io(path, "open", "check space and permissions"))
}

fn write_line(path: &Path, file: &mut File, value: &impl Serialize) -> Result<(), Error> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    file.write_all(&line)
        .map_err(Error::io(path, "write", "check space and permissions"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_a_calibration_compares_things_with_themselves_and_the_rest_is_shared_evenly() {
        let mut counts = [0; 2 + INJECTED.len()];
        for number in 0..600 {
            counts[case_of(number)] += 1;
        }
        assert_eq!(counts, [150, 150, 60, 60, 60, 60, 60]);
    }
}
