//! What `pwbench profile` takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::Selection;
use super::numbers::seconds;
use crate::output::Format;

/// Show where a transaction's time goes: guest, host calls by name, engine.
///
/// Timers on callbacks and host calls work on every runtime. On Linux with perf the guest's
/// functions are told apart as well, where the runtime tells perf their names; a module that
/// was stripped has none. The flame graph is one SVG file, the table goes to the terminal.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  pwbench profile --workload header-rewrite --runtime wasmtime/cranelift
  pwbench profile --module plugin.wasm --requests recorded.har --runtime wasmi/eager
  pwbench profile --workload prime-check --runtime native --output prime-check.svg

Modules of the built-in workloads are stripped. docs/profiling.md says how to build them with names.

With --format json, standard output is an object of: profiles (each: runtime, workload, variant, \
transactions, ns_per_transaction, under_timers, parts (each: callback, name, kind, calls, ns, bytes_in, \
bytes_out), crossing_callback_ns, crossing_host_call_ns, perf (samples, note, functions (each: kind, \
name, share)), flame_graph), unavailable; times are nanoseconds for one transaction.")]
pub(crate) struct ProfileArgs {
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Where the flame graph goes; with several runtimes or workloads, each one's name is put
    /// before the ending
    #[arg(long, value_name = "FILE", default_value = "profile.svg")]
    pub(crate) output: PathBuf,
    /// Leave perf out although it is here
    #[arg(long)]
    pub(crate) no_perf: bool,
    /// About how long to run the traffic, for each of the runs
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    pub(crate) time: Duration,
    /// How to print the profile
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}
