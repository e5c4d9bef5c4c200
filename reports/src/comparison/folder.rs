//! The folder of a comparison or a gate, read back.

use super::{ComparisonReport, GateReport};
use crate::export::ExportError;
use crate::kinds::Reported;
use crate::model::{CampaignFolder, FolderError};
use serde::de::DeserializeOwned;
use std::path::Path;

/// Reads `gate.json` where there is one, else `campaign.json`.
pub(crate) fn reported(folder: &Path) -> Result<Reported, ExportError> {
    let gate = folder.join(GateReport::FILE);
    if gate.is_file() {
        return read::<GateReport>(&gate)?.reported();
    }
    read::<ComparisonReport>(&folder.join(CampaignFolder::CAMPAIGN))?.reported()
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, FolderError> {
    let bytes = std::fs::read(path).map_err(|source| FolderError::Io {
        path: path.to_path_buf(),
        action: "read",
        source,
    })?;
    serde_json::from_slice(&bytes).map_err(|error| FolderError::Campaign {
        path: path.to_path_buf(),
        line: error.line(),
        reason: error.to_string(),
    })
}

impl ComparisonReport {
    /// The result as every kind of results folder has it.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn reported(&self) -> Result<Reported, ExportError> {
        Ok(Reported {
            document: self.document(),
            summary: serde_json::to_value(self)?,
        })
    }
}

impl GateReport {
    /// Name of its file.
    pub const FILE: &'static str = "gate.json";

    /// The result as every kind of results folder has it.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn reported(&self) -> Result<Reported, ExportError> {
        Ok(Reported {
            document: self.document(),
            summary: serde_json::to_value(self)?,
        })
    }
}
