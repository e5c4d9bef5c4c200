//! Why a workload cannot be had.

use std::io;
use std::path::PathBuf;

use crate::traffic::TrafficError;

/// Why a workload cannot be had; the text names the file or name and the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkloadError {
    /// No built-in workload of this name.
    #[error("there is no workload '{name}'; use one of {known}")]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names there are, joined with commas.
        known: String,
    },
    /// No variant of this name.
    #[error("the workload '{workload}' has no variant '{name}'; use one of {known}")]
    UnknownVariant {
        /// The workload.
        workload: String,
        /// The name asked for.
        name: String,
        /// The names there are, joined with commas.
        known: String,
    },
    /// A variant whose module has to be built first.
    #[error("{workload} {variant}: {reason}; {remedy}")]
    NotBuilt {
        /// The workload.
        workload: String,
        /// Its variant.
        variant: String,
        /// What is the matter.
        reason: String,
        /// The command that builds it.
        remedy: String,
    },
    /// A `workload.toml` that is not what it should be.
    #[error("{}: {}{reason}; {remedy}", file.display(), if field.is_empty() { String::new() } else { format!("{field}: ") })]
    Manifest {
        /// The file.
        file: PathBuf,
        /// The field; empty when the text is no manifest at all.
        field: String,
        /// What is wrong.
        reason: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A file that cannot be read.
    #[error("{}: cannot be read ({source}); check the path and its permissions", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file that is larger than anything sensible of its kind.
    #[error("{}: more than {limit} bytes, the limit for {what}; give a smaller one", file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// What it was given as.
        what: &'static str,
        /// The limit in bytes.
        limit: u64,
    },
    /// A file that is no WebAssembly module.
    #[error("{}: {found}, not a WebAssembly module; {remedy}", file.display())]
    NotAModule {
        /// The file.
        file: PathBuf,
        /// What it is instead.
        found: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// Traffic that cannot be used.
    #[error(transparent)]
    Traffic(#[from] TrafficError),
}
