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
