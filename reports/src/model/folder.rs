//! The results folder of a campaign.

use super::{Campaign, TrialRecord};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// A folder with `trials.jsonl` and `campaign.json`.
#[derive(Debug)]
pub struct CampaignFolder {
    path: PathBuf,
    /// Opened by the first append, so that a folder can be read where writing is not allowed.
    trials: Option<File>,
}

/// The trials read back from a folder.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trials {
    /// In the order in which they were written.
    pub records: Vec<TrialRecord>,
    /// True when the last line was cut off and has been left out.
    pub torn: bool,
}

/// What can go wrong with a results folder.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The folder has results already.
    #[error("{0}: already holds a campaign; choose another folder or move this one away", path.display())]
    Occupied {
        /// The folder.
        path: PathBuf,
    },
    /// There is no campaign in the folder.
    #[error("{0}: no campaign.json and no trials.jsonl here; give the folder that `pwbench run` named when it ended", path.display())]
    NotACampaign {
        /// The folder.
        path: PathBuf,
    },
    /// The system refused to read or write.
    #[error("{0}: cannot {action}: {source}; check that the folder exists, is writable and has space", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A line of `trials.jsonl` is not a trial.
    #[error("{0}:{line}: not a trial: {reason}; delete the line or measure again", path.display())]
    Trial {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong, with the field where there is one.
        reason: String,
    },
    /// `campaign.json` is not a campaign.
    #[error("{0}:{line}: not a campaign: {reason}; mend the field or measure again", path.display())]
    Campaign {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong, with the field where there is one.
        reason: String,
    },
    /// A result cannot be written as JSON.
    #[error("{0}: cannot write as JSON: {reason}; a number that is not finite has got into the results", path.display())]
    Encode {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl CampaignFolder {
    /// Name of the file of trials.
    pub const TRIALS: &'static str = "trials.jsonl";
    /// Name of the file of the campaign.
    pub const CAMPAIGN: &'static str = "campaign.json";

    /// Makes the folder (and its parents) for a new campaign.
    ///
    /// # Errors
    /// When it already holds a campaign or cannot be made.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self, FolderError> {
        let folder = CampaignFolder {
            path: path.into(),
            trials: None,
        };
        if folder.is_campaign() {
            return Err(FolderError::Occupied { path: folder.path });
        }
        fs::create_dir_all(&folder.path).map_err(|source| FolderError::Io {
            path: folder.path.clone(),
            action: "make the folder",
            source,
        })?;
        Ok(folder)
    }

    /// Opens the folder of an earlier campaign, to read it or to go on with it.
    ///
    /// # Errors
    /// When there is no campaign in it.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, FolderError> {
        let folder = CampaignFolder {
            path: path.into(),
            trials: None,
        };
        match folder.is_campaign() {
            true => Ok(folder),
            false => Err(FolderError::NotACampaign { path: folder.path }),
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends one trial as one line, handed to the system in one write before
    /// this returns: it survives the death of this process.
    ///
    /// # Errors
    /// When the line cannot be written.
    pub fn append(&mut self, trial: &TrialRecord) -> Result<(), FolderError> {
        let path = self.trials_path();
        let mut line = serde_json::to_string(trial).map_err(|error| FolderError::Encode {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        line.push('\n');
        let io = |source| FolderError::Io {
            path: path.clone(),
            action: "append a trial",
            source,
        };
        if self.trials.is_none() {
            self.trials = Some(open_for_append(&path).map_err(io)?);
        }
        if let Some(file) = &mut self.trials {
            file.write_all(line.as_bytes())
                .and_then(|()| file.flush())
                .map_err(io)?;
        }
        Ok(())
    }

    /// Reads all trials back. A last line without its line end was cut off by
    /// a crash: it is left out and reported in [`Trials::torn`].
    ///
    /// # Errors
    /// When the file cannot be read or a whole line is not a trial.
    pub fn trials(&self) -> Result<Trials, FolderError> {
        let path = self.trials_path();
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Trials::default()),
            Err(source) => {
                return Err(FolderError::Io {
                    path,
                    action: "read",
                    source,
                });
            }
            Ok(bytes) => bytes,
        };
        let mut trials = Trials::default();
        for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            if line.trim_ascii().is_empty() {
                continue;
            }
            match serde_json::from_slice(line) {
                Ok(record) => trials.records.push(record),
                Err(_) if !line.ends_with(b"\n") => trials.torn = true,
                Err(error) => {
                    let reason = error.to_string();
                    return Err(FolderError::Trial {
                        path,
                        line: index + 1,
                        reason,
                    });
                }
            }
        }
        Ok(trials)
    }

    /// Writes `campaign.json` whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_campaign(&self, campaign: &Campaign) -> Result<(), FolderError> {
        let path = self.path.join(Self::CAMPAIGN);
        let text = serde_json::to_string_pretty(campaign).map_err(|error| FolderError::Encode {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        write_whole(&path, format!("{text}\n").as_bytes())
    }

    /// Reads `campaign.json`; a default campaign when there is none yet.
    ///
    /// # Errors
    /// When it cannot be read or is not a campaign.
    pub fn campaign(&self) -> Result<Campaign, FolderError> {
        let path = self.path.join(Self::CAMPAIGN);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Campaign::default()),
            Err(source) => {
                return Err(FolderError::Io {
                    path,
                    action: "read",
                    source,
                });
            }
            Ok(bytes) => bytes,
        };
        serde_json::from_slice(&bytes).map_err(|error| FolderError::Campaign {
            path,
            line: error.line(),
            reason: error.to_string(),
        })
    }

    fn trials_path(&self) -> PathBuf {
        self.path.join(Self::TRIALS)
    }

    fn is_campaign(&self) -> bool {
        [Self::TRIALS, Self::CAMPAIGN]
            .iter()
            .any(|name| self.path.join(name).is_file())
    }
}

/// Writes a file beside its place and moves it there, so that no reader sees half of it.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    let io = |action| {
        move |source| FolderError::Io {
            path: path.to_path_buf(),
            action,
            source,
        }
    };
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".part");
    let part = path.with_file_name(name);
    fs::write(&part, bytes).map_err(io("write"))?;
    fs::rename(&part, path).map_err(io("put in place"))
}

/// Opens the trials and makes sure that the next line starts at a line's
/// start: a line torn by a crash is cut off, a whole one without its end gets it.
fn open_for_append(path: &Path) -> io::Result<File> {
    let mut file = OpenOptions::new()
        .create(true)
        .read(true)
        .append(true)
        .open(path)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let start = bytes
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    if start < bytes.len() {
        match serde_json::from_slice::<TrialRecord>(&bytes[start..]) {
            Ok(_) => file.write_all(b"\n")?,
            Err(_) => file.set_len(start as u64)?,
        }
    }
    file.seek(SeekFrom::End(0))?;
    Ok(file)
}
