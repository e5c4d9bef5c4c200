//! What `pwbench compare` takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::numbers::{connections, percent, seconds};
use crate::output::Format;

/// Compare two modules, configurations, runtimes, builds of pwbench or stored campaigns.
///
/// Both sides run now, in turns, on one core: what disturbs the machine disturbs both. The
/// base is measured a second time under another name; when that differs from itself there is
/// no verdict, and the exit code is 3. It is 1 when the new module, configuration or build is
/// slower, or a cell failed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  pwbench compare --module old.wasm --module new.wasm --requests traffic.jsonl
  pwbench compare --module plugin.wasm --config old.json --config new.json --requests traffic.har
  pwbench compare --runtime wasmtime/cranelift-aot --runtime wasmer/cranelift-aot
  pwbench compare --pwbench ./pwbench-1.0 --pwbench target/release/pwbench --workload prime-check
  pwbench compare --proxy-config old.yaml --proxy-config new.yaml --workload header-rewrite
  pwbench compare results/20260102-030405-quick results/20260203-040506-quick

With --format json, standard output is the comparison's campaign.json: schema, kind, id, \
started_unix_ms, pwbench_version, command_line, seed, machine, origin, base, new, plan, cells \
(each: label, answers (each: question, word, ratio, level, p_adjusted, control, confirmation, \
look, base, new), counts (each: figure, base, new), sittings, failure), objection, cut_short, \
interrupted, notes, seconds; in this order.")]
pub(crate) struct CompareArgs {
    /// Two folders of `pwbench run`. What can run here and is still what it was is measured again,
    /// both sides in turns; when nothing is, the campaigns are compared as they are
    #[arg(value_name = "FOLDER", num_args = 2,
          conflicts_with_all = ["module", "config", "requests", "runtime", "pwbench", "workload",
                                "proxy_config"])]
    pub(crate) folders: Vec<PathBuf>,
    /// Compare the two folders as they are, whatever could be measured again
    #[arg(long, requires = "folders")]
    pub(crate) stored: bool,
    /// A module; given twice, the old one and the new one
    #[arg(long, value_name = "FILE", requires = "requests")]
    pub(crate) module: Vec<PathBuf>,
    /// Plugin configuration for --module; given twice, the old one and the new one
    #[arg(long, value_name = "FILE", requires = "module")]
    pub(crate) config: Vec<PathBuf>,
    /// Traffic for --module or --proxy-config: HTTP Archive (.har) or JSON lines, see
    /// docs/requests.md
    #[arg(long, value_name = "FILE")]
    pub(crate) requests: Option<PathBuf>,
    /// Root id for --module, for modules that hold several plugins
    #[arg(long, value_name = "ID", requires = "module", default_value = "")]
    pub(crate) root_id: String,
    /// Runtimes: the two sides, or where two of something else are given, those to compare on
    /// [default: wasmtime/cranelift-aot]
    #[arg(long, value_name = "RUNTIME", value_delimiter = ',')]
    pub(crate) runtime: Vec<String>,
    /// A build of pwbench; given twice, the old one and the new one
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) pwbench: Vec<PathBuf>,
    /// A configuration of `pwbench serve` or an Envoy; given twice, the old one and the new
    /// one. Its first HTTP listener is loaded, one upstream stands in for all clusters
    #[arg(long, value_name = "FILE", conflicts_with_all = ["module", "config", "runtime", "pwbench"])]
    pub(crate) proxy_config: Vec<PathBuf>,
    /// Connections that load each proxy, with --proxy-config
    #[arg(long, value_name = "N", default_value = "32", requires = "proxy_config",
          value_parser = connections)]
    pub(crate) connections: usize,
    /// Built-in workloads, without --module; with --proxy-config, the one whose traffic is sent
    #[arg(
        long,
        value_name = "NAME",
        value_delimiter = ',',
        conflicts_with = "module",
        default_value = "header-rewrite"
    )]
    pub(crate) workload: Vec<String>,
    /// Let the new side answer otherwise than the base
    #[arg(long)]
    pub(crate) other_outcomes: bool,
    /// Differences smaller than this do not matter
    #[arg(long, value_name = "PERCENT", default_value = "1%", value_parser = percent)]
    pub(crate) band: f64,
    /// Time for each cell, the confirmation of a \"slower\" included [default: 20, with
    /// --proxy-config 60]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) seconds: Option<Duration>,
    /// Blocks at most, in place of as many as fit into the time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(6..=10_000))]
    pub(crate) blocks: Option<u32>,
    /// Seed of orders, layouts and statistics
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Folder under which the comparison's own folder is made
    #[arg(long, value_name = "DIR", default_value = "results")]
    pub(crate) output: PathBuf,
    /// Append what was measured to a folder of JSON lines, see `pwbench history`
    #[arg(long, value_name = "DIR")]
    pub(crate) history: Option<PathBuf>,
    /// How to print the comparison
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// A process that takes longer to answer is ended
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(crate) trial_timeout: Duration,
}
