//! `summary.json`: everything computed, for other programs.

use super::{ExportError, Exporter};
use crate::summary::Summary;

/// The [`Summary`] as indented JSON. Fields stand in the order of the structs,
/// maps in the order of their keys; times are nanoseconds, sizes bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Json;

impl Exporter for Json {
    fn file_name(&self) -> &'static str {
        "summary.json"
    }

    fn export(&self, summary: &Summary) -> Result<String, ExportError> {
        Ok(serde_json::to_string_pretty(summary)? + "\n")
    }
}
