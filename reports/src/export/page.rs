//! `report.html` and `report.md`: a campaign's document as files.

use super::{ExportError, Exporter};
use crate::run;
use crate::summary::Summary;

/// One HTML file that needs no network, in light and dark, for wide and narrow pages and for print.
#[derive(Debug, Clone, Copy, Default)]
pub struct Html;

/// GitHub-flavoured Markdown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Markdown;

impl Exporter for Html {
    fn file_name(&self) -> &'static str {
        "report.html"
    }

    fn export(&self, summary: &Summary) -> Result<String, ExportError> {
        run::document(summary).html()
    }
}

impl Exporter for Markdown {
    fn file_name(&self) -> &'static str {
        "report.md"
    }

    fn export(&self, summary: &Summary) -> Result<String, ExportError> {
        Ok(run::document(summary).markdown())
    }
}
