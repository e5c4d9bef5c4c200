//! What `pwbench compile` takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use host_core::Knobs;

use super::numbers::{milliseconds, seconds};
use crate::output::Format;

/// Compile a module ahead of time.
///
/// The artifact names what made it: only the same runtime, version and settings on the same
/// kind of processor load it. `run --artifact` measures with it, `inspect` tells what it is.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  pwbench compile plugin.wasm --runtime wasmtime/cranelift-aot -o plugin.aot
  pwbench run --module plugin.wasm --requests traffic.jsonl --artifact plugin.aot

Fields of --format json, in this order: artifact, runtime, version, settings, processor, \
module_sha256, bytes, compile_ns, compile_cpu_ns.")]
pub(crate) struct CompileArgs {
    /// The module, a WebAssembly binary
    #[arg(value_name = "FILE.wasm")]
    pub(crate) file: PathBuf,
    /// The runtime to compile for, one that loads artifacts
    #[arg(long, value_name = "RUNTIME")]
    pub(crate) runtime: String,
    /// Where the artifact goes
    #[arg(short, long, value_name = "ARTIFACT")]
    pub(crate) output: PathBuf,
    /// Compile the checks for a deadline in, for `run --deadline`
    #[arg(long, value_name = "MS", value_parser = milliseconds)]
    pub(crate) deadline: Option<Duration>,
    /// Knobs of the runtime, such as opt=none, for `run --knob`; several with commas between
    #[arg(long = "knob", value_name = "NAME=VALUE", default_value_t = Knobs::default(), hide_default_value = true)]
    pub(crate) knobs: Knobs,
    /// How to print what was made
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// A compilation that takes longer is ended
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = seconds)]
    pub(crate) timeout: Duration,
}
