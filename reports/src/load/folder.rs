//! The results folder of a load campaign.

use super::{LoadCampaign, Round};
use crate::model::{CampaignFolder, FolderError, write_whole};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// A folder with `rounds.jsonl` and `campaign.json`.
#[derive(Debug)]
pub struct LoadFolder {
    path: PathBuf,
    /// Opened by the first append.
    rounds: Option<File>,
}

impl LoadFolder {
    /// Name of the file of rounds.
    pub const ROUNDS: &'static str = "rounds.jsonl";

    /// A folder that exists.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        LoadFolder {
            path: path.into(),
            rounds: None,
        }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes `campaign.json`, whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_campaign(&self, campaign: &LoadCampaign) -> Result<(), FolderError> {
        let path = self.path.join(CampaignFolder::CAMPAIGN);
        let text = encoded(&path, serde_json::to_string_pretty(campaign))?;
        write_whole(&path, format!("{text}\n").as_bytes())
    }

    /// Appends a round.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn append(&mut self, round: &Round) -> Result<(), FolderError> {
        let path = self.path.join(Self::ROUNDS);
        let line = encoded(&path, serde_json::to_string(round))?;
        let failed = io_error(&path, "write");
        if self.rounds.is_none() {
            let opened = OpenOptions::new().create(true).append(true).open(&path);
            self.rounds = Some(opened.map_err(io_error(&path, "open"))?);
        }
        match &mut self.rounds {
            Some(file) => file
                .write_all(format!("{line}\n").as_bytes())
                .map_err(failed),
            None => Ok(()),
        }
    }

    /// Reads `campaign.json`.
    ///
    /// # Errors
    /// When it cannot be read or is none of this kind.
    pub fn campaign(&self) -> Result<LoadCampaign, FolderError> {
        let path = self.path.join(CampaignFolder::CAMPAIGN);
        let bytes = fs::read(&path).map_err(io_error(&path, "read"))?;
        serde_json::from_slice(&bytes).map_err(|error| FolderError::Campaign {
            path,
            line: error.line(),
            reason: error.to_string(),
        })
    }

    /// Reads the rounds. A last line that was cut off is left out.
    ///
    /// # Errors
    /// When they cannot be read, or another line is not a round.
    pub fn rounds(&self) -> Result<Vec<Round>, FolderError> {
        let path = self.path.join(Self::ROUNDS);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            read => read.map_err(io_error(&path, "read"))?,
        };
        let torn = !text.ends_with('\n');
        let lines: Vec<&str> = text.lines().collect();
        let mut rounds = Vec::new();
        for (index, line) in lines
            .iter()
            .enumerate()
            .filter(|(_, line)| !line.is_empty())
        {
            match serde_json::from_str(line) {
                Ok(round) => rounds.push(round),
                Err(_) if torn && index + 1 == lines.len() => {}
                Err(error) => {
                    return Err(FolderError::Trial {
                        path,
                        line: index + 1,
                        reason: error.to_string(),
                    });
                }
            }
        }
        Ok(rounds)
    }
}

fn encoded(path: &Path, text: Result<String, serde_json::Error>) -> Result<String, FolderError> {
    text.map_err(|error| FolderError::Encode {
        path: path.to_path_buf(),
        reason: error.to_string(),
    })
}

fn io_error(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_path_buf();
    move |source| FolderError::Io {
        path,
        action,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back_and_a_torn_line_is_left_out() {
        let place = tempfile::tempdir().expect("a folder");
        let mut folder = LoadFolder::new(place.path());
        let campaign = LoadCampaign {
            id: "x".into(),
            ..LoadCampaign::default()
        };
        folder.write_campaign(&campaign).expect("written");
        assert_eq!(folder.campaign().expect("read"), campaign);
        assert_eq!(folder.rounds().expect("none yet"), []);
        let round = Round {
            block: 3,
            ..Round::default()
        };
        folder.append(&round).expect("written");
        let file = place.path().join(LoadFolder::ROUNDS);
        let mut text = fs::read_to_string(&file).expect("read");
        text += "{\"block\":";
        fs::write(&file, &text).expect("written");
        assert_eq!(folder.rounds().expect("read"), [round]);
        fs::write(&file, text + "\n").expect("written");
        let error = folder.rounds().expect_err("no round").to_string();
        assert!(error.contains("rounds.jsonl:2"), "{error}");
    }
}
