//! Exporters: the same summary in several formats.

mod csv;
mod json;
mod page;
mod report;

pub use csv::Csv;
pub use json::Json;
pub use page::{Html, Markdown};
pub use report::Report;

use crate::charts::ChartError;
use crate::model::FolderError;
use crate::summary::Summary;
use std::path::PathBuf;

/// A format for reports.
pub trait Exporter {
    /// Name of the file that a results folder gets, for example `report.html`.
    fn file_name(&self) -> &'static str;

    /// The whole file.
    ///
    /// # Errors
    /// When the summary cannot be put into the format.
    fn export(&self, summary: &Summary) -> Result<String, ExportError>;
}

/// All exporters whose files a results folder gets.
pub fn exporters() -> [&'static dyn Exporter; 4] {
    [&Html, &Markdown, &Csv, &Json]
}

/// A report that could not be made or written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A chart could not be drawn.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// The page could not be put together.
    #[error("report.html could not be put together: {0}")]
    Template(#[from] askama::Error),
    /// A row could not be written.
    #[error("report.csv could not be put together: {0}")]
    Csv(String),
    /// The summary could not be written as JSON.
    #[error("summary.json could not be put together: {0}")]
    Json(#[from] serde_json::Error),
    /// The results are of a kind that this version does not know.
    #[error("{}: results of the kind `{kind}`, this version knows {known}; use the version of pwbench that made them", folder.display())]
    Kind {
        /// The folder.
        folder: PathBuf,
        /// Its kind.
        kind: String,
        /// The kinds that are known.
        known: String,
    },
    /// The results of a kind cannot be read; the text names the file and, after its last
    /// semicolon, the remedy.
    #[error("{0}")]
    Results(String),
    /// The system refused to write a file.
    #[error(transparent)]
    Folder(#[from] FolderError),
}
