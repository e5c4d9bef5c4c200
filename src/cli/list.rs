//! What `pwbench list` takes.

use clap::Args;

use crate::output::Format;

/// Show runtimes and workloads, what is available and how to get the rest.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  pwbench list
  pwbench list --limits
  pwbench list --variants
  pwbench list --features --runtime 'wasmtime/*',wasmi
  pwbench list --knobs --runtime wasmtime
  pwbench list --about wamr
  pwbench list --format json

Fields of --format json, in this order: runtimes (each: runtime, engine, version, mode, kind, \
available, reason, remedy, deadline, memory_limit) and workloads (each: name, title, variant, variants, \
module_bytes, exchanges, native_twin, reason, remedy, builds (each: variant, groups, language, \
toolchain, flags, module_bytes, available, reason, remedy)); with --features: proposals (each: name, \
title) and runtimes (each: runtime, version, findings (each: proposal, support, reason)), where \
support is yes, no, wrong, trap, crash, hang or unknown; with --knobs: runtimes (each: runtime, \
knobs (each: knob, what, usual, values)); with --about: engines (each: id, name, facts \
(each: topic, text, source, read)). Absent facts are null.")]
pub(crate) struct ListArgs {
    /// Show how each runtime enforces a deadline and a memory limit
    #[arg(long, conflicts_with_all = ["features", "about"])]
    pub(crate) limits: bool,
    /// Show every variant of every workload, how it is built and whether it is here
    #[arg(long, conflicts_with_all = ["limits", "features", "about"])]
    pub(crate) variants: bool,
    /// Try every WebAssembly proposal on every runtime here and show what was found
    #[arg(long, conflicts_with = "about")]
    pub(crate) features: bool,
    /// Show the knobs that runtimes have, for `run --knob`
    #[arg(long, conflicts_with_all = ["limits", "features", "about"])]
    pub(crate) knobs: bool,
    /// Show who makes an engine, its licence, security policy, releases and known users; all
    /// engines without a name
    #[arg(long, value_name = "ENGINE", num_args = 0..=1)]
    pub(crate) about: Option<Option<String>>,
    /// Runtimes: ids, engines or patterns such as 'wasmtime/*' and '*-aot'; all without it
    #[arg(
        long = "runtime",
        value_name = "PATTERN",
        value_delimiter = ',',
        conflicts_with = "about"
    )]
    pub(crate) runtimes: Vec<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}
