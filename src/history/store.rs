//! The lines of a history.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use reports::{CampaignFolder, ComparisonReport, HistoryEntry};

use super::commit::commit;
use crate::error::Error;

/// The file that is appended to. Any other `*.jsonl` of the folder is read as well, so that
/// the files of several machines can be put together.
const FILE: &str = "history.jsonl";

/// Variable with a name for the machine, for pools of machines that somebody knows to be alike
/// and that are a new one each time.
const MACHINE: &str = "PWBENCH_MACHINE";

/// Appends what a comparison measured.
///
/// # Errors
/// When the folder cannot be written to.
pub(crate) fn append(folder: &Path, comparison: &ComparisonReport) -> Result<(), Error> {
    append_entries(folder, HistoryEntry::of(comparison, &commit()))
}

/// Appends what a campaign measured.
///
/// # Errors
/// When one of the folders cannot be read or written to.
pub(crate) fn append_campaign(folder: &Path, campaign: &CampaignFolder) -> Result<(), Error> {
    let (books, trials) = (campaign.campaign()?, campaign.trials()?.records);
    append_entries(
        folder,
        HistoryEntry::of_campaign((&books, &trials), &commit()),
    )
}

fn append_entries(folder: &Path, mut entries: Vec<HistoryEntry>) -> Result<(), Error> {
    if let Some(machine) = std::env::var(MACHINE).ok().filter(|name| !name.is_empty()) {
        for entry in &mut entries {
            entry.machine.clone_from(&machine);
        }
    }
    fs::create_dir_all(folder).map_err(Error::io(
        folder,
        "make the folder",
        "check space and permissions",
    ))?;
    let path = folder.join(FILE);
    let mut text = Vec::new();
    for entry in &entries {
        serde_json::to_writer(&mut text, entry)?;
        text.push(b'\n');
    }
    let fault = || Error::io(&path, "append", "check space and permissions");
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(fault())?;
    // In one piece, so that two that append at once do not mix their lines.
    file.write_all(&text).map_err(fault())
}

/// Reads all lines of a folder.
///
/// # Errors
/// When there is none, or a line is not what [`append`] writes.
pub(crate) fn read(folder: &Path) -> Result<Vec<HistoryEntry>, Error> {
    let fault = || Error::io(folder, "read", "give the folder that --history named");
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(fault())? {
        let path = entry.map_err(fault())?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "jsonl")
        {
            files.push(path);
        }
    }
    files.sort();
    let mut entries = Vec::new();
    for path in &files {
        let fault = || Error::io(path, "read", "check its permissions");
        let file = File::open(path).map_err(fault())?;
        for (index, line) in BufReader::new(file).lines().enumerate() {
            let line = line.map_err(fault())?;
            if line.trim().is_empty() {
                continue;
            }
            entries.push(serde_json::from_str(&line).map_err(|error| Error::Line {
                file: path.clone(),
                line: index + 1,
                reason: format!("not a line of a history: {error}"),
                remedy: "delete the line".to_owned(),
            })?);
        }
    }
    match entries.is_empty() {
        false => Ok(entries),
        true => Err(Error::NoHistory {
            folder: folder.to_path_buf(),
        }),
    }
}
