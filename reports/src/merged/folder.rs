//! The results folder of joined campaigns.

use super::KIND;
use crate::model::{Campaign, CampaignFolder, FolderError, SCHEMA, TrialRecord, write_whole};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// `campaign.json` of joined campaigns; `trials.jsonl` has the trials of all, each with the id
/// of its campaign.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Joined {
    /// Version of the result model.
    pub schema: u32,
    /// `merged`.
    pub kind: String,
    /// Name of the folder.
    pub id: String,
    /// Version of pwbench that joined them.
    pub pwbench_version: String,
    /// The campaigns as recorded; their ids differ.
    pub campaigns: Vec<Campaign>,
}

/// Campaigns that cannot be joined.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// A folder cannot be read or written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A folder holds results of another kind.
    #[error(
        "{}: results of the kind `{kind}`; merge takes campaigns of `pwbench run` and what `pwbench merge` made of them",
        folder.display()
    )]
    Kind {
        /// The folder.
        folder: PathBuf,
        /// Its kind.
        kind: String,
    },
    /// A campaign would take part twice.
    #[error("{}: campaign {id} is there already; name each campaign once", folder.display())]
    Twice {
        /// The folder.
        folder: PathBuf,
        /// The campaign's id.
        id: String,
    },
    /// One name stands for two modules.
    #[error(
        "{}: {workload} is not the module that campaign {other} measured under that name; measure both with one version of the workload",
        folder.display()
    )]
    Module {
        /// The folder.
        folder: PathBuf,
        /// Workload and variant.
        workload: String,
        /// The campaign that has another module.
        other: String,
    },
}

impl Joined {
    /// No campaigns yet.
    pub fn new(id: impl Into<String>, pwbench_version: impl Into<String>) -> Joined {
        Joined {
            schema: SCHEMA,
            kind: KIND.to_owned(),
            id: id.into(),
            pwbench_version: pwbench_version.into(),
            campaigns: Vec::new(),
        }
    }

    /// Reads `campaign.json` of joined campaigns.
    ///
    /// # Errors
    /// When it cannot be read or is something else.
    pub fn read(folder: &Path) -> Result<Joined, FolderError> {
        let path = folder.join(CampaignFolder::CAMPAIGN);
        let bytes = std::fs::read(&path).map_err(|source| FolderError::Io {
            path: path.clone(),
            action: "read",
            source,
        })?;
        serde_json::from_slice(&bytes).map_err(|error| FolderError::Campaign {
            path,
            line: error.line(),
            reason: error.to_string(),
        })
    }

    /// Makes the folder with all trials.
    ///
    /// # Errors
    /// When it holds a campaign already or cannot be written.
    pub(super) fn write(&self, path: &Path, trials: &[TrialRecord]) -> Result<(), FolderError> {
        let mut folder = CampaignFolder::create(path)?;
        trials.iter().try_for_each(|trial| folder.append(trial))?;
        let path = path.join(CampaignFolder::CAMPAIGN);
        let text = serde_json::to_string_pretty(self).map_err(|error| FolderError::Encode {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        write_whole(&path, format!("{text}\n").as_bytes())
    }
}
