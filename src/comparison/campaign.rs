//! A comparison from its checks to its results folder.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use reports::{ComparedCell, ComparisonReport, Count, Figure, Question, Sitting};

use super::duel::Duel;
use super::{Contest, Extent, Pairing, any_seed, conduct};
use crate::error::Error;
use crate::experiment::{Progress, Runner, Stop, unix_ms};
use crate::machine;

/// What a comparison of cells is asked for.
pub(crate) struct Inquiry {
    /// Names of the sides.
    pub(crate) base: String,
    pub(crate) new: String,
    /// What is asked of every cell.
    pub(crate) questions: Vec<Question>,
    /// What else readers must know, one sentence each.
    pub(crate) notes: Vec<String>,
    /// Time, slices and plan.
    pub(crate) extent: Extent,
    /// Folder of the results; it is made.
    pub(crate) folder: PathBuf,
    /// Its name.
    pub(crate) id: String,
}

/// Has `check` look at all cells, in a folder for what that leaves, measures those that pass,
/// and writes `sittings.jsonl` and `campaign.json`.
pub(crate) async fn inquire<D: Duel>(
    inquiry: Inquiry,
    check: impl AsyncFnOnce(&Path) -> Result<Checked<D>, Stop>,
    progress: &Progress,
) -> Result<ComparisonReport, Error> {
    let folder = &inquiry.folder;
    fs::create_dir_all(folder).map_err(Error::io(
        folder,
        "make the folder",
        "check space and permissions",
    ))?;
    let mut comparison = ComparisonReport {
        id: inquiry.id,
        started_unix_ms: unix_ms(),
        pwbench_version: machine::version(),
        command_line: std::env::args().collect(),
        seed: inquiry.extent.seed,
        machine: machine::fingerprint(),
        base: inquiry.base,
        new: inquiry.new,
        notes: inquiry.notes,
        plan: inquiry.extent.plan.clone(),
        ..ComparisonReport::default()
    };
    let work = tempfile::tempdir().map_err(Error::io(
        &std::env::temp_dir(),
        "make a folder",
        "set TMPDIR to a folder that is writable",
    ))?;
    let (cells, contests) = match check(work.path()).await {
        Ok(checked) => checked,
        Err(Stop::Interrupted) => {
            comparison.interrupted = true;
            return Ok(comparison);
        }
        Err(Stop::Error(error)) => return Err(*error),
    };
    comparison.cells = cells;
    // Contests are those cells that passed: the judge counts these.
    let places: Vec<usize> = (0..comparison.cells.len())
        .filter(|cell| comparison.cells[*cell].failure.is_none())
        .collect();
    let questions = (0..contests.len())
        .flat_map(|cell| {
            let each = inquiry.questions.iter();
            each.map(move |question| Question { cell, ..*question })
        })
        .collect();
    let path = folder.join(ComparisonReport::SITTINGS);
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(Error::io(&path, "open", "check space and permissions"))?;
    let mut keep = |sitting: &Sitting| {
        let mut line = serde_json::to_vec(sitting)?;
        line.push(b'\n');
        file.write_all(&line)
            .map_err(Error::io(&path, "write", "check space and permissions"))
    };
    if !contests.is_empty() {
        let outcome = conduct(&contests, questions, &inquiry.extent, progress, &mut keep).await?;
        for answer in outcome.judge.answers() {
            comparison.cells[places[answer.question.cell]]
                .answers
                .push(answer.clone());
        }
        for (cell, failed) in outcome.failures.iter().enumerate() {
            let own = outcome
                .sittings
                .iter()
                .filter(|sitting| sitting.cell == cell);
            let place = &mut comparison.cells[places[cell]];
            place.sittings = u32::try_from(own.count()).unwrap_or(u32::MAX);
            place.failure = failed.as_ref().map(ToString::to_string);
        }
        comparison.object(outcome.judge.objection());
        comparison.plan = outcome.plan;
        comparison.cut_short = outcome.cut_short;
        comparison.interrupted = outcome.interrupted;
        comparison.seconds = outcome.took.as_secs_f64();
    }
    save(&comparison, folder)?;
    Ok(comparison)
}

/// All cells, and those of them that can be measured, in the same order.
pub(crate) type Checked<D> = (Vec<ComparedCell>, Vec<D>);

/// Checks both sides of every cell; with `alike`, the new one must answer as the base.
pub(crate) async fn check(
    pairings: Vec<Pairing>,
    alike: bool,
    work: &Path,
    runner: &Runner,
    progress: &Progress,
) -> Result<Checked<Contest>, Stop> {
    progress.stage("checking", pairings.len());
    let (mut cells, mut contests) = (Vec::new(), Vec::new());
    for (number, pairing) in pairings.into_iter().enumerate() {
        progress.trial(&pairing.label, None);
        let mut cell = ComparedCell {
            label: pairing.label.clone(),
            ..ComparedCell::default()
        };
        match pairing.check(runner, work, number, alike).await? {
            Ok(contest) => {
                cell.counts = counts(&contest);
                contests.push(contest);
            }
            Err(failed) => cell.failure = Some(failed.to_string()),
        }
        cells.push(cell);
        progress.ended();
    }
    progress.finish();
    Ok((cells, contests))
}

/// What repeats exactly, where both sides have it.
fn counts(contest: &Contest) -> Vec<Count> {
    let (base, new) = (&contest.base, &contest.new);
    let artifact = |contender: &super::Contender| Some(contender.compiled.as_ref()?.artifact_bytes);
    let calls = |contender: &super::Contender| contender.checked.check.host_calls.values().sum();
    let all: [(Figure, Option<u64>, Option<u64>); 5] = [
        (
            Figure::ModuleSize,
            Some(base.module_bytes),
            Some(new.module_bytes),
        ),
        (Figure::ArtifactSize, artifact(base), artifact(new)),
        (Figure::Instructions, base.instructions, new.instructions),
        (Figure::HostCalls, Some(calls(base)), Some(calls(new))),
        (
            Figure::BytesCopied,
            Some(base.checked.check.bytes_copied),
            Some(new.checked.check.bytes_copied),
        ),
    ];
    all.into_iter()
        .filter_map(|(figure, base, new)| {
            Some(Count {
                figure,
                base: base? as f64,
                new: new? as f64,
            })
        })
        .collect()
}

/// Writes `campaign.json`.
fn save(comparison: &ComparisonReport, folder: &Path) -> Result<(), Error> {
    let path = folder.join(reports::CampaignFolder::CAMPAIGN);
    let text = serde_json::to_vec_pretty(comparison)?;
    fs::write(&path, text).map_err(Error::io(&path, "write", "check space and permissions"))
}

/// Name and path of a folder of its own under `output`.
pub(crate) fn own_folder(output: &Path, word: &str) -> (String, PathBuf) {
    let moment = jiff::Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string();
    let stem = format!("{moment}-{word}");
    let mut id = stem.clone();
    let mut number = 1;
    while output.join(&id).exists() {
        number += 1;
        id = format!("{stem}-{number}");
    }
    let path = output.join(&id);
    (id, path)
}

/// The seed that was given, or any.
pub(crate) fn seed(given: Option<u64>) -> u64 {
    given.unwrap_or_else(any_seed)
}
