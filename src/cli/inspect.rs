//! What `pwbench inspect` takes.

use std::path::PathBuf;

use clap::Args;

use crate::output::Format;

/// Show what a module needs and which runtimes here can take it, or what an artifact is.
///
/// Every available runtime compiles and instantiates the module in a process of its own, and
/// is probed there for the WebAssembly proposals that the module needs. An artifact of
/// `pwbench compile` is described, and whether it loads here.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  pwbench inspect plugin.wasm
  pwbench inspect plugin.wasm --format json
  pwbench inspect plugin.aot --module plugin.wasm

Fields of --format json for a module, in this order: file, bytes, sha256, abi_version, \
allocator, start, callbacks, memory, features, producers, imports, exports, runtimes (each: \
runtime, takes, reason, lacks (each: proposal, support, reason)); for an artifact: file, bytes, \
runtime, version, settings, processor, module_sha256, payload_bytes, deadline, loads, reason, \
tried. Absent facts are null.")]
pub(crate) struct InspectArgs {
    /// The module, a WebAssembly binary, or an artifact
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The module that an artifact was compiled from, to try it
    #[arg(long, value_name = "FILE.wasm")]
    pub(crate) module: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}
