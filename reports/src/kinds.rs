//! Kinds of results folders, told apart by the field `kind` of `campaign.json`.
//!
//! Each kind reads its own folder; the command `pwbench report` knows none of them.

use crate::comparison::{self, ComparisonReport};
use crate::contention;
use crate::document::Document;
use crate::export::{ExportError, Report};
use crate::load::{self, LoadCampaign};
use crate::merged;
use crate::model::{CampaignFolder, FolderError, write_whole};
use crate::tuning::{TUNE_KIND, Tuning};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// A results folder read back.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    /// What people read.
    pub document: Document,
    /// What programs read, as `--format json` prints it.
    pub summary: serde_json::Value,
}

impl Reported {
    /// Name of the file of [`Reported::summary`].
    pub const SUMMARY: &'static str = "summary.json";

    /// Writes `report.html`, `report.md` and `summary.json` into a folder that exists, each
    /// whole or not at all, and returns their paths.
    ///
    /// # Errors
    /// When a chart cannot be drawn or a file not written.
    pub fn write_all(&self, folder: &Path) -> Result<Vec<PathBuf>, ExportError> {
        let mut paths = self.document.write_all(folder)?;
        let path = folder.join(Self::SUMMARY);
        let text = serde_json::to_string_pretty(&self.summary)? + "\n";
        write_whole(&path, text.as_bytes())?;
        paths.push(path);
        Ok(paths)
    }
}

/// Reads the folder of one kind.
type Reader = fn(&Path) -> Result<Reported, ExportError>;

/// Every kind with its reader. A new kind adds a line.
const KINDS: [(&str, Reader); 6] = [
    (LoadCampaign::KIND, load::reported),
    (RUN, run),
    (merged::KIND, merged::reported),
    (ComparisonReport::KIND, comparison::reported),
    (contention::CONTENTION_KIND, contention::reported),
    (TUNE_KIND, tune),
];

/// The kind of `pwbench run`, also of folders that name none.
pub const RUN: &str = "run";

/// The kind of the results in a folder.
///
/// # Errors
/// When there is no campaign in it, or `campaign.json` cannot be read.
pub fn kind_of(folder: &Path) -> Result<String, FolderError> {
    #[derive(Deserialize)]
    struct Kind {
        kind: Option<String>,
    }
    CampaignFolder::open(folder)?;
    let path = folder.join(CampaignFolder::CAMPAIGN);
    let bytes = match std::fs::read(&path) {
        // Stopped before its books were written: trials alone are a run.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(RUN.to_owned()),
        Err(source) => {
            return Err(FolderError::Io {
                path,
                action: "read",
                source,
            });
        }
        Ok(bytes) => bytes,
    };
    match serde_json::from_slice::<Kind>(&bytes) {
        Ok(found) => Ok(found.kind.unwrap_or_else(|| RUN.to_owned())),
        Err(error) => Err(FolderError::Campaign {
            path,
            line: error.line(),
            reason: error.to_string(),
        }),
    }
}

/// Reads a results folder of any kind.
///
/// # Errors
/// When the folder cannot be read, or is of a kind that this version does not know.
pub fn reported(folder: &Path) -> Result<Reported, ExportError> {
    let kind = kind_of(folder)?;
    match KINDS.iter().find(|(known, _)| *known == kind) {
        Some((_, read)) => read(folder),
        None => Err(ExportError::Kind {
            folder: folder.to_path_buf(),
            kind,
            known: KINDS.map(|(known, _)| known).join(", "),
        }),
    }
}

fn run(folder: &Path) -> Result<Reported, ExportError> {
    let report = Report::from_folder(&CampaignFolder::open(folder)?)?;
    Ok(Reported {
        document: report.document(),
        summary: serde_json::to_value(report.summary())?,
    })
}

fn tune(folder: &Path) -> Result<Reported, ExportError> {
    let tuning = Tuning::read(folder)?;
    Ok(Reported {
        document: tuning.document(),
        summary: serde_json::to_value(&tuning)?,
    })
}
