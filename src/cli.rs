//! What a person types.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use host_core::Isolation;
use reports::Pair;

use crate::output::Format;
use crate::trial::ModelFile;

/// Compares WebAssembly runtimes on real Proxy-Wasm filters.
#[derive(Debug, Parser)]
#[command(name = "pwbench", version, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 fine, 1 a check failed, 2 bad usage or input, \
    3 the environment cannot support a verdict, 130 interrupted."
)]
pub(crate) struct Cli {
    /// A shared library that exports the standard wasm.h, as a runtime of its own; may be
    /// given several times, see docs/foreign-libraries.md
    #[arg(long = "engine-lib", value_name = "PATH", global = true)]
    pub(crate) engine_libraries: Vec<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Measure workloads on runtimes and write a report
    Run(RunArgs),
    /// Show runtimes and workloads, what is available and how to get the rest
    List(ListArgs),
    /// Show what a module needs and which runtimes here can take it, or what an artifact is
    Inspect(InspectArgs),
    /// Compile a module ahead of time
    Compile(CompileArgs),
    /// Check runtimes: conformance suite, outcomes and host-call traces
    Verify(VerifyArgs),
    /// Write the report of a campaign's folder again
    Report(ReportArgs),
    /// Run the reverse proxy with Proxy-Wasm filters
    Serve(ServeArgs),
    /// Run one trial: its description is read from standard input
    #[command(hide = true)]
    Trial,
}

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
    /// The longest that one call into the guest may take; no checks are compiled in without it
    #[arg(long, value_name = "MS", value_parser = milliseconds)]
    pub(crate) deadline: Option<Duration>,
    /// Blocks to measure, in place of the preset's number; a verdict needs six
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) blocks: Option<u32>,
    /// Seed of the order of trials and of the statistics
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Folder under which the campaign's own folder is made
    #[arg(long, value_name = "DIR", default_value = "results")]
    pub(crate) output: PathBuf,
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
    /// Your own plugin in place of the built-in workloads
    #[arg(long, value_name = "FILE", requires = "requests")]
    pub(crate) module: Option<PathBuf>,
    /// Plugin configuration for --module, handed to it as it is
    #[arg(long, value_name = "FILE", requires = "module")]
    pub(crate) config: Option<PathBuf>,
    /// Traffic for --module: HTTP Archive (.har) or JSON lines, see docs/requests.md
    #[arg(long, value_name = "FILE", requires = "module")]
    pub(crate) requests: Option<PathBuf>,
    /// The plugin's source compiled natively as a shared library, for the ratio to native
    #[arg(long, value_name = "LIB", requires = "module")]
    pub(crate) native_twin: Option<PathBuf>,
    /// Root id for --module, for modules that hold several plugins
    #[arg(long, value_name = "ID", requires = "module", default_value = "")]
    pub(crate) root_id: String,
    /// A model that --module finds by this name through wasi-nn, an ONNX file
    #[arg(long = "model", value_name = "NAME=FILE", requires = "module")]
    pub(crate) models: Vec<ModelFile>,
    /// An artifact of `pwbench compile`, for the runtime and the module that it names; others
    /// are compiled anew
    #[arg(long = "artifact", value_name = "FILE")]
    pub(crate) artifacts: Vec<PathBuf>,
}

/// How much to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Preset {
    /// Eight blocks within 90 seconds
    Quick,
    /// Thirty blocks, one second of measuring in each trial
    Full,
}

/// Show runtimes and workloads, what is available and how to get the rest.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  pwbench list
  pwbench list --limits
  pwbench list --features --runtime 'wasmtime/*',wasmi
  pwbench list --about wamr
  pwbench list --format json

Fields of --format json, in this order: runtimes (each: runtime, engine, version, mode, kind, \
available, reason, remedy, deadline, memory_limit) and workloads (each: name, title, variant, variants, \
module_bytes, exchanges, native_twin, reason, remedy); with --features: proposals (each: name, \
title) and runtimes (each: runtime, version, findings (each: proposal, support, reason)), where \
support is yes, no, wrong, trap, crash, hang or unknown; with --about: engines (each: id, name, facts \
(each: topic, text, source, read)). Absent facts are null.")]
pub(crate) struct ListArgs {
    /// Show how each runtime enforces a deadline and a memory limit
    #[arg(long, conflicts_with_all = ["features", "about"])]
    pub(crate) limits: bool,
    /// Try every WebAssembly proposal on every runtime here and show what was found
    #[arg(long, conflicts_with = "about")]
    pub(crate) features: bool,
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
    /// How to print what was made
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// A compilation that takes longer is ended
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = seconds)]
    pub(crate) timeout: Duration,
}

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

/// Check runtimes: conformance suite, outcomes and host-call traces.
///
/// Each runtime runs in a process of its own. Exit code 1 when anything failed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  pwbench verify
  pwbench verify --runtime 'wasmer/*' --workload header-rewrite
  pwbench verify --module plugin.wasm --requests traffic.jsonl --format json

Fields of --format json, in this order: passed, conformance (each: runtime, passed, failed, \
not_applicable, failures), checks (each: runtime, workload, variant, passed, exchanges, matched, \
trace_sha256, host_calls, bytes_copied, reason), unavailable (each: runtime, workload, reason, \
remedy). Absent facts are null.")]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Leave the conformance suite out
    #[arg(long)]
    pub(crate) no_conformance: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// A check that takes longer is ended and counts as failed
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(crate) trial_timeout: Duration,
}

/// Write the report of a campaign's folder again.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  pwbench report results/20260102-030405-quick
  pwbench report results/20260102-030405-quick --versus wasmtime/winch,wasmer/singlepass

With --format json, standard output is the summary.json that was written.")]
pub(crate) struct ReportArgs {
    /// The folder that `pwbench run` named when it ended
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Two runtimes of the campaign to be compared by name, with a section of their own
    #[arg(long, value_name = "A,B")]
    pub(crate) versus: Vec<Pair>,
    /// How to print the comparison
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

/// Run the reverse proxy with Proxy-Wasm filters.
///
/// Serves until SIGTERM or Ctrl-C and then lets requests finish. Listeners, plugins' logs and
/// what was left out of an Envoy's file are told on standard error.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  pwbench serve --config proxy.yaml
  pwbench serve --config envoy.yaml --runtime wasmtime/cranelift
  pwbench serve --config proxy.yaml --check

docs/proxy.md shows a whole configuration. Exit code 2 when it is not valid.")]
pub(crate) struct ServeArgs {
    /// The configuration, YAML: this proxy's own, or an Envoy's
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Run every plugin on this runtime, whatever the file says
    #[arg(long, value_name = "ID")]
    pub(crate) runtime: Option<String>,
    /// Read the configuration, say what is wrong or left out, and end
    #[arg(long)]
    pub(crate) check: bool,
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    positive(text, 3_600_000).map(Duration::from_millis)
}

fn seconds(text: &str) -> Result<Duration, String> {
    positive(text, 86_400).map(Duration::from_secs)
}

fn positive(text: &str, limit: u64) -> Result<u64, String> {
    match text.parse() {
        Ok(number) if (1..=limit).contains(&number) => Ok(number),
        _ => Err(format!("give a whole number from 1 to {limit}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_module_needs_requests_and_excludes_workloads() {
        assert!(Cli::try_parse_from(["pwbench", "run", "--module", "a.wasm"]).is_err());
        let both = [
            "pwbench",
            "run",
            "--module",
            "a.wasm",
            "--requests",
            "a.har",
            "--workload",
            "x",
        ];
        assert!(Cli::try_parse_from(both).is_err());
        assert!(Cli::try_parse_from(&both[..6]).is_ok());
    }

    #[test]
    fn times_must_be_positive_whole_numbers() {
        for text in ["0", "-1", "1.5", "", "99999999999"] {
            assert!(
                milliseconds(text).is_err() && seconds(text).is_err(),
                "{text:?}"
            );
        }
        assert_eq!(milliseconds("20"), Ok(Duration::from_millis(20)));
    }
}
