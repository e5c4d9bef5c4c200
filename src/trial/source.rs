//! Where a workload comes from.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use workloads::{Workload, WorkloadError};

/// Where a workload comes from, in a form that a child can follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub(crate) enum Source {
    /// This program.
    BuiltIn {
        /// Its name.
        name: String,
    },
    /// A person's files.
    Files {
        /// The module.
        module: PathBuf,
        /// Its configuration.
        config: Option<PathBuf>,
        /// Its traffic.
        requests: PathBuf,
        /// Its native twin.
        native_twin: Option<PathBuf>,
        /// Which of its plugins.
        root_id: String,
    },
}

impl Source {
    /// Reads the workload.
    ///
    /// # Errors
    /// When there is none of the name, or a file is not what it should be.
    pub(crate) fn load(&self) -> Result<Workload, WorkloadError> {
        match self {
            Source::BuiltIn { name } => workloads::find(name),
            Source::Files {
                module,
                config,
                requests,
                native_twin,
                root_id,
            } => {
                let mut workload = Workload::from_files(module, config.as_deref(), requests, None)?;
                workload.root_id.clone_from(root_id);
                match native_twin {
                    Some(library) => workload.with_native_twin(library),
                    None => Ok(workload),
                }
            }
        }
    }
}
