//! The results folder of a contention campaign.

use super::{ContentionCampaign, ContentionTrial};
use crate::model::{CampaignFolder, FolderError, write_whole};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A folder with `trials.jsonl` and `campaign.json`, whose `kind` is `contend`.
#[derive(Debug)]
pub struct ContentionFolder {
    path: PathBuf,
}

impl ContentionFolder {
    /// Makes the folder for a new campaign.
    ///
    /// # Errors
    /// When it already holds a campaign or cannot be made.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self, FolderError> {
        let made = CampaignFolder::create(path)?;
        Ok(Self {
            path: made.path().to_path_buf(),
        })
    }

    /// Opens the folder of an earlier campaign.
    ///
    /// # Errors
    /// When there is no campaign in it.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, FolderError> {
        let opened = CampaignFolder::open(path)?;
        Ok(Self {
            path: opened.path().to_path_buf(),
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends one trial as one line.
    ///
    /// # Errors
    /// When the line cannot be written.
    pub fn append(&self, trial: &ContentionTrial) -> Result<(), FolderError> {
        let path = self.path.join(CampaignFolder::TRIALS);
        let mut line = serde_json::to_string(trial).map_err(|error| FolderError::Encode {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        line.push('\n');
        let file = OpenOptions::new().create(true).append(true).open(&path);
        file.and_then(|mut file| file.write_all(line.as_bytes()))
            .map_err(|source| FolderError::Io {
                path,
                action: "append a trial",
                source,
            })
    }

    /// Writes `campaign.json` whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_campaign(&self, campaign: &ContentionCampaign) -> Result<(), FolderError> {
        let path = self.path.join(CampaignFolder::CAMPAIGN);
        let text = serde_json::to_string_pretty(campaign).map_err(|error| FolderError::Encode {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        write_whole(&path, format!("{text}\n").as_bytes())
    }

    /// Reads `campaign.json`.
    ///
    /// # Errors
    /// When it cannot be read or is not a campaign.
    pub fn campaign(&self) -> Result<ContentionCampaign, FolderError> {
        let path = self.path.join(CampaignFolder::CAMPAIGN);
        let bytes = read(&path)?;
        serde_json::from_slice(&bytes).map_err(|error| FolderError::Campaign {
            path,
            line: error.line(),
            reason: error.to_string(),
        })
    }

    /// Reads all trials back; a last line that a crash cut off is left out.
    ///
    /// # Errors
    /// When the file cannot be read or a whole line is not a trial.
    pub fn trials(&self) -> Result<Vec<ContentionTrial>, FolderError> {
        let path = self.path.join(CampaignFolder::TRIALS);
        if !path.exists() {
            return Ok(Vec::new());
        }
        let bytes = read(&path)?;
        let mut trials = Vec::new();
        for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            if line.trim_ascii().is_empty() {
                continue;
            }
            match serde_json::from_slice(line) {
                Ok(trial) => trials.push(trial),
                Err(_) if !line.ends_with(b"\n") => {}
                Err(error) => {
                    return Err(FolderError::Trial {
                        path,
                        line: index + 1,
                        reason: error.to_string(),
                    });
                }
            }
        }
        Ok(trials)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, FolderError> {
    fs::read(path).map_err(|source| FolderError::Io {
        path: path.to_path_buf(),
        action: "read",
        source,
    })
}
