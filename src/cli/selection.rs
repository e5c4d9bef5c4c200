//! What takes part, for every subcommand that chooses runtimes and workloads.

use std::path::PathBuf;

use clap::Args;
use host_core::Knobs;

use super::OwnPlugin;
use crate::error::Error;
use crate::trial::ModelFile;

/// What takes part.
#[derive(Debug, Clone, Args)]
pub(crate) struct Selection {
    /// Runtimes: ids, engines or patterns such as 'wasmtime/*' and '*-aot'; all without it
    #[arg(long = "runtime", value_name = "PATTERN", value_delimiter = ',')]
    pub(crate) runtimes: Vec<String>,
    /// Built-in workloads; without it all, except that the quick preset leaves out the slow ones
    #[arg(
        long = "workload",
        value_name = "NAME",
        value_delimiter = ',',
        conflicts_with = "module"
    )]
    pub(crate) workloads: Vec<String>,
    /// Variants of the workloads, by name or pattern such as 'simd-*'; workloads without one of
    /// them take no part; the default variant of each without it
    #[arg(
        long = "variant",
        value_name = "PATTERN",
        value_delimiter = ',',
        conflicts_with = "module"
    )]
    pub(crate) variants: Vec<String>,
    /// Groups of variants, such as languages, rustc or wasm-opt; workloads without one of them
    /// take no part
    #[arg(
        long = "variants",
        value_name = "GROUP",
        value_delimiter = ',',
        conflicts_with = "module"
    )]
    pub(crate) groups: Vec<String>,
    /// A workload folder of your own, with a workload.toml; see workloads/README.md
    #[arg(long = "workload-dir", value_name = "DIR", conflicts_with = "module")]
    pub(crate) folders: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) plugin: OwnPlugin,
    /// The plugin's source compiled natively as a shared library, for the ratio to native
    #[arg(long, value_name = "LIB", requires = "module")]
    pub(crate) native_twin: Option<PathBuf>,
    /// A model that --module finds by this name through wasi-nn, an ONNX file
    #[arg(long = "model", value_name = "NAME=FILE", requires = "module")]
    pub(crate) models: Vec<ModelFile>,
    /// An artifact of `pwbench compile`, for the runtime and the module that it names; others
    /// are compiled anew
    #[arg(long = "artifact", value_name = "FILE")]
    pub(crate) artifacts: Vec<PathBuf>,
    /// Turn a knob of the runtimes that have it, such as opt=none or pooling=on; others take no
    /// part. `pwbench list --knobs` names them
    #[arg(long = "knob", value_name = "NAME=VALUE")]
    pub(crate) knobs: Vec<Knobs>,
}

impl Selection {
    /// All knobs that were turned.
    ///
    /// # Errors
    /// When one is turned twice.
    pub(crate) fn knobs(&self) -> Result<Knobs, Error> {
        let mut all = self.knobs.iter().copied();
        all.try_fold(Knobs::default(), |all, more| all.with(more))
            .map_err(Error::Knobs)
    }
}
