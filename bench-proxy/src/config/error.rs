//! What is wrong with a configuration, where, and what to do.

use std::path::PathBuf;

/// What is wrong with a configuration. The text ends with the remedy, after a semicolon.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: {path}: {what}; {remedy}", file.display())]
pub struct ConfigError {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1; 0 when it has none.
    pub line: u64,
    /// The field, as `listeners[0].http_filters[1].name`.
    pub path: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}
