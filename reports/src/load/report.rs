//! The report of a load campaign: its summary, its page, its files.

use super::document;
use super::{LoadCampaign, LoadFolder, LoadSummary, Round};
use crate::document::Document;
use crate::export::ExportError;
use crate::kinds::Reported;
use crate::model::write_whole;
use std::path::Path;

/// The report of a load campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadReport {
    summary: LoadSummary,
}

impl LoadReport {
    /// Sums a campaign up.
    pub fn new(campaign: LoadCampaign, rounds: &[Round]) -> LoadReport {
        LoadReport {
            summary: LoadSummary::new(campaign, rounds),
        }
    }

    /// Reads a results folder.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn from_folder(path: &Path) -> Result<LoadReport, ExportError> {
        let folder = LoadFolder::new(path);
        Ok(LoadReport::new(folder.campaign()?, &folder.rounds()?))
    }

    /// What programs read.
    pub fn summary(&self) -> &LoadSummary {
        &self.summary
    }

    /// What people read.
    pub fn document(&self) -> Document {
        document::document(&self.summary)
    }

    /// Both, for `pwbench report`.
    ///
    /// # Errors
    /// When the summary cannot be written as JSON.
    pub fn reported(&self) -> Result<Reported, ExportError> {
        Ok(Reported {
            document: self.document(),
            summary: serde_json::to_value(&self.summary)?,
        })
    }

    /// Writes `report.html`, `report.md`, `report.csv` and `summary.json` into a folder that
    /// exists, each whole or not at all.
    ///
    /// # Errors
    /// When one cannot be made or written.
    pub fn write(&self, folder: &Path) -> Result<(), ExportError> {
        self.reported()?.write_all(folder)?;
        let csv = document::everything(&self.summary).csv();
        write_whole(&folder.join("report.csv"), csv.as_bytes())?;
        Ok(())
    }
}

/// Reads a results folder of this kind.
pub(crate) fn reported(path: &Path) -> Result<Reported, ExportError> {
    LoadReport::from_folder(path)?.reported()
}
