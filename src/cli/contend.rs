//! What `pwbench contend` takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use host_core::Isolation;

use super::Selection;
use super::numbers::{milliseconds, seconds};
use crate::output::Format;

/// Measure what threads cost each other that share a plugin's VMs.
///
/// Runs the traffic on 1 to N threads under each isolation and shows how throughput scales,
/// how long threads wait for a shared VM, how evenly they are served, and what memory that
/// takes. Without --runtime the reference runtime and the native twin take part, without
/// --workload header-rewrite and shared-counter. Ctrl-C keeps what was measured.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  pwbench contend
  pwbench contend --workload shared-counter --threads 1,2,4 --isolation shared,thread
  pwbench contend --runtime 'wasmtime/*',wamr/aot --blocks 12
  pwbench contend --through-proxy --isolation shared,thread
  pwbench contend --module plugin.wasm --config plugin.json --requests recorded.har

With --format json, standard output is the campaign's summary.json: headline {workload, runtime, \
text, advice, decided}, advice (the same for each workload and runtime), policy, blocks_measured, curves (for each workload, variant, runtime and isolation its \
points: threads, rate, scaling, cpu_ns, latency_ns, locks {share, contended, per_transaction, \
wait_ns, curve}, jain, least_to_most, resident_bytes), controls, objection, warnings, failures, \
campaign; in this order. rate is transactions a second, times are in nanoseconds, sizes in bytes, \
shares from 0 to 1; each with its interval over blocks.")]
pub(crate) struct ContendArgs {
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Numbers of threads, from 1 to four times the cores; 1, 2, 4 and so on without it
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) threads: Vec<u32>,
    /// Who shares a VM: shared, thread, request or pool:N
    #[arg(long, value_name = "I", value_delimiter = ',', default_values = ["shared", "thread", "pool:2", "request"])]
    pub(crate) isolation: Vec<Isolation>,
    /// Load a proxy with as many workers over sockets, in place of calling the filter
    #[arg(long)]
    pub(crate) through_proxy: bool,
    /// Blocks to measure; a verdict needs six
    #[arg(long, value_name = "N", default_value = "8", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) blocks: u32,
    /// Time to measure in each trial; 200 ms without it, 1000 ms through the proxy
    #[arg(long, value_name = "MS", value_parser = milliseconds)]
    pub(crate) time: Option<Duration>,
    /// The longest that one call into the guest may take; no checks are compiled in without it
    #[arg(long, value_name = "MS", value_parser = milliseconds)]
    pub(crate) deadline: Option<Duration>,
    /// Seed of the order of trials and of the statistics
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Folder under which the campaign's own folder is made
    #[arg(long, value_name = "DIR", default_value = "results")]
    pub(crate) output: PathBuf,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// Write the trials only, no report files
    #[arg(long)]
    pub(crate) no_report: bool,
    /// A trial that takes longer is ended and shown as a timeout
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(crate) trial_timeout: Duration,
}
