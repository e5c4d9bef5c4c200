//! Joining folders into one.

use super::KIND;
use super::folder::{Joined, MergeError};
use crate::kinds::{RUN, kind_of};
use crate::model::{Campaign, CampaignFolder, FolderError, TrialRecord};
use std::path::{Path, PathBuf};

/// Joins the campaigns of several folders in a new one. Nothing is thrown away: the new
/// folder has every trial with its histogram, and can be joined further.
///
/// # Errors
/// When a folder cannot be read or holds something else, a campaign takes part twice, one
/// name stands for two modules, or the new folder cannot be written.
pub fn merge(folders: &[PathBuf], into: &Path, version: &str) -> Result<Joined, MergeError> {
    let id = into.file_name().unwrap_or_default().to_string_lossy();
    let mut joined = Joined::new(id, version);
    let mut all = Vec::new();
    for folder in folders {
        let (campaigns, trials) = read(folder)?;
        for campaign in campaigns {
            check(folder, &joined, &campaign)?;
            joined.campaigns.push(campaign);
        }
        all.extend(trials);
    }
    joined.write(into, &all)?;
    Ok(joined)
}

fn read(folder: &Path) -> Result<(Vec<Campaign>, Vec<TrialRecord>), MergeError> {
    let kind = kind_of(folder)?;
    let opened = CampaignFolder::open(folder)?;
    let mut trials = opened.trials()?.records;
    if kind == KIND {
        return Ok((Joined::read(folder)?.campaigns, trials));
    }
    if kind != RUN {
        let folder = folder.to_path_buf();
        return Err(MergeError::Kind { folder, kind });
    }
    let mut campaign = opened.campaign()?;
    if campaign.id.is_empty() {
        // Stopped before its books were written.
        let name = folder.file_name().unwrap_or_default();
        campaign.id = name.to_string_lossy().into_owned();
    }
    for trial in &mut trials {
        trial.campaign.clone_from(&campaign.id);
    }
    Ok((vec![campaign], trials))
}

fn check(folder: &Path, joined: &Joined, campaign: &Campaign) -> Result<(), MergeError> {
    for other in &joined.campaigns {
        if other.id == campaign.id {
            return Err(MergeError::Twice {
                folder: folder.to_path_buf(),
                id: campaign.id.clone(),
            });
        }
        for own in &campaign.workloads {
            let differs = other.workloads.iter().any(|known| {
                (&known.name, &known.variant) == (&own.name, &own.variant)
                    && known.module_sha256 != own.module_sha256
            });
            if differs {
                return Err(MergeError::Module {
                    folder: folder.to_path_buf(),
                    workload: format!("{} {}", own.name, own.variant),
                    other: other.id.clone(),
                });
            }
        }
    }
    Ok(())
}

impl From<MergeError> for crate::export::ExportError {
    fn from(error: MergeError) -> Self {
        match error {
            MergeError::Folder(error) => error.into(),
            other => crate::export::ExportError::Results(other.to_string()),
        }
    }
}

/// Trials and campaigns of a folder of joined campaigns.
pub(super) fn read_joined(folder: &Path) -> Result<(Joined, Vec<TrialRecord>), FolderError> {
    let trials = CampaignFolder::open(folder)?.trials()?.records;
    Ok((Joined::read(folder)?, trials))
}
