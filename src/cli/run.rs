//! What `pwbench run` takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use host_core::Isolation;
use reports::{Pair, Shard};

use super::Selection;
use super::numbers::{milliseconds, seconds};
use crate::output::Format;

/// Measure workloads on runtimes and write a report.
///
/// Without options: the built-in workloads on every runtime available here, in at most 90
/// seconds. Results go to a folder of their own under the output folder; Ctrl-C keeps what
/// was measured and still writes the report.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  pwbench run
  pwbench run --preset full --runtime 'wasmtime/*',native
  pwbench run --workload prime-check --isolation request
  pwbench run --workload inference-mlp --variant 'scalar-*','simd-*'
  pwbench run --versus wasmtime/winch,wasmi/lazy
  pwbench run --preset full --seed 7 --shard 1/3
  pwbench run --module plugin.wasm --config plugin.json --requests recorded.har

With --format json, standard output is the campaign's summary.json: schema, headline, primary, \
policy, blocks_measured, trust, groups, overall, pairs, workload_names, availability, failures, \
warnings, campaign; in this order.")]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Two runtimes to be compared by name, with a section of their own in the report;
    /// without --runtime nothing else is measured
    #[arg(long, value_name = "A,B")]
    pub(crate) versus: Vec<Pair>,
    /// How much to measure
    #[arg(long, value_enum, default_value_t = Preset::Quick)]
    pub(crate) preset: Preset,
    /// Who shares a VM: shared, thread, request or pool:N
    #[arg(long, value_name = "I", default_value = "thread")]
    pub(crate) isolation: Isolation,
    /// The longest that a transaction may keep the guest busy, in all its callbacks; no checks are
    /// compiled in without it
    #[arg(long, value_name = "MS", value_parser = milliseconds)]
    pub(crate) deadline: Option<Duration>,
    /// Blocks to measure, in place of the preset's number; a verdict needs six
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) blocks: Option<u32>,
    /// Seed of the order of trials and of the statistics
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Measure one part of the plan only, for one of N machines: whole rankings are dealt out
    /// by the seed; `pwbench merge` joins the parts, see docs/distributed.md
    #[arg(long, value_name = "I/N", requires = "seed")]
    pub(crate) shard: Option<Shard>,
    /// Folder under which the campaign's own folder is made
    #[arg(long, value_name = "DIR", default_value = "results")]
    pub(crate) output: PathBuf,
    /// Append what was measured to a folder of JSON lines, see `pwbench history`
    #[arg(long, value_name = "DIR")]
    pub(crate) history: Option<PathBuf>,
    /// How to print the comparison
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// Write the trials only, no report files
    #[arg(long)]
    pub(crate) no_report: bool,
    /// A trial that takes longer is ended and shown as a timeout
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(crate) trial_timeout: Duration,
}

/// How much to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Preset {
    /// Eight blocks within 90 seconds
    Quick,
    /// Thirty blocks, one second of measuring in each trial
    Full,
}
