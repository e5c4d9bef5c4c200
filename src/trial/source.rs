//! Where a workload comes from.

use std::path::PathBuf;
use std::str::FromStr;

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
        /// Its variant; `None` is the default one.
        #[serde(default)]
        variant: Option<String>,
    },
    /// A person's folder with a `workload.toml`.
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Its variant; `None` is the default one.
        variant: Option<String>,
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
        /// Models that it finds through wasi-nn, each `NAME=FILE`.
        #[serde(default)]
        models: Vec<ModelFile>,
    },
}

/// A person's own model and the name that the plugin knows it by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ModelFile {
    /// The name for `load_by_name`.
    pub(crate) name: String,
    /// The ONNX file.
    pub(crate) file: PathBuf,
}

impl FromStr for ModelFile {
    type Err = &'static str;

    /// Reads `NAME=FILE`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((name, file)) if !name.is_empty() && !file.is_empty() => Ok(Self {
                name: name.to_owned(),
                file: file.into(),
            }),
            _ => Err("give NAME=FILE, e.g. classifier=model.onnx"),
        }
    }
}

impl Source {
    /// Reads the workload.
    ///
    /// # Errors
    /// When there is none of the name, or a file is not what it should be.
    pub(crate) fn load(&self) -> Result<Workload, WorkloadError> {
        match self {
            Source::BuiltIn { name, variant } => match variant {
                Some(variant) => workloads::find_variant(name, variant),
                None => workloads::find(name),
            },
            Source::Folder { folder, variant } => Workload::from_folder(folder, variant.as_deref()),
            Source::Files {
                module,
                config,
                requests,
                native_twin,
                root_id,
                models,
            } => {
                let mut workload = Workload::from_files(module, config.as_deref(), requests, None)?;
                workload.root_id.clone_from(root_id);
                for model in models {
                    workload = workload.with_model(&model.name, &model.file)?;
                }
                match native_twin {
                    Some(library) => workload.with_native_twin(library),
                    None => Ok(workload),
                }
            }
        }
    }
}
