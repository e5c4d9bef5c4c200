//! A report: a campaign's summary and the files made from it.

use super::{ExportError, exporters};
use crate::document::Document;
use crate::model::{Campaign, CampaignFolder, FolderError, Pair, TrialRecord, write_whole};
use crate::run;
use crate::summary::Summary;
use std::path::{Path, PathBuf};

/// A campaign, summed up and ready to be shown.
#[derive(Debug, Clone)]
pub struct Report {
    summary: Summary,
}

impl Report {
    /// Sums a campaign up. Works on whatever there is: no block, missing cells, failed trials.
    pub fn new(campaign: Campaign, trials: &[TrialRecord]) -> Report {
        Report {
            summary: Summary::new(campaign, trials),
        }
    }

    /// Reads a results folder and sums it up.
    ///
    /// # Errors
    /// When a file of the folder cannot be read; see [`CampaignFolder::trials`].
    pub fn from_folder(folder: &CampaignFolder) -> Result<Report, FolderError> {
        Report::with_pairs(folder, &[])
    }

    /// As [`Report::from_folder`], with answers about further pairs of runtimes.
    ///
    /// # Errors
    /// When a file of the folder cannot be read; see [`CampaignFolder::trials`].
    pub fn with_pairs(folder: &CampaignFolder, pairs: &[Pair]) -> Result<Report, FolderError> {
        let trials = folder.trials()?;
        let mut campaign = folder.campaign()?;
        campaign.pairs.extend_from_slice(pairs);
        let mut report = Report::new(campaign, &trials.records);
        if trials.torn {
            let warning = "the last line of trials.jsonl was cut off and is left out".to_owned();
            report.summary.warnings.push(warning);
        }
        Ok(report)
    }

    /// The report as a document.
    pub fn document(&self) -> Document {
        run::document(&self.summary)
    }

    /// The report as a document that begins with this campaign beside another one.
    pub fn beside(&self, other: &Report) -> Document {
        let mut document = self.document();
        run::beside(&mut document, &self.summary, &other.summary);
        document
    }

    /// The summary.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Writes `report.html`, `report.md`, `report.csv` and `summary.json` into a
    /// folder that exists, each whole or not at all, and returns their paths.
    ///
    /// # Errors
    /// When a format cannot be made or a file not written.
    pub fn write_all(&self, dir: &Path) -> Result<Vec<PathBuf>, ExportError> {
        let mut paths = Vec::new();
        for exporter in exporters() {
            let path = dir.join(exporter.file_name());
            write_whole(&path, exporter.export(&self.summary)?.as_bytes())?;
            paths.push(path);
        }
        Ok(paths)
    }

    /// The verdict and the rankings for a terminal of `width` columns, without colours.
    pub fn terminal_table(&self, width: u16) -> String {
        self.document().terminal(width)
    }
}
