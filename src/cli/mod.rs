//! What a person types: one file for each subcommand.

mod compare;
mod compile;
mod contend;
mod gate;
mod generate;
mod history;
mod inspect;
mod list;
mod load;
mod merge;
mod numbers;
mod own_plugin;
mod profile;
mod recommend;
mod report;
mod run;
mod selection;
mod serve;
mod tune;
mod upstream;
mod verify;

pub(crate) use compare::CompareArgs;
pub(crate) use compile::CompileArgs;
pub(crate) use contend::ContendArgs;
pub(crate) use gate::GateArgs;
pub(crate) use generate::{ArrivalsArg, CheckArg, GenerateArgs, PacingArg, TagArg, TrafficArgs};
pub(crate) use history::HistoryArgs;
pub(crate) use inspect::InspectArgs;
pub(crate) use list::ListArgs;
pub(crate) use load::LoadArgs;
pub(crate) use merge::MergeArgs;
pub(crate) use numbers::percent;
pub(crate) use own_plugin::OwnPlugin;
pub(crate) use profile::ProfileArgs;
pub(crate) use recommend::RecommendArgs;
pub(crate) use report::ReportArgs;
pub(crate) use run::{Preset, RunArgs};
pub(crate) use selection::Selection;
pub(crate) use serve::ServeArgs;
pub(crate) use tune::{TuneArgs, TunedLayer};
pub(crate) use upstream::UpstreamArgs;
pub(crate) use verify::VerifyArgs;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

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
    /// Measure what threads cost each other that share a plugin's VMs
    Contend(ContendArgs),
    /// Show runtimes and workloads, what is available and how to get the rest
    List(ListArgs),
    /// Show what a module needs and which runtimes here can take it, or what an artifact is
    Inspect(InspectArgs),
    /// Find the build flags, wasm-opt passes and engine knobs that suit a plugin best
    Tune(Box<TuneArgs>),
    /// Compile a module ahead of time
    Compile(CompileArgs),
    /// Check runtimes: conformance suite, outcomes and host-call traces
    Verify(VerifyArgs),
    /// Show where a transaction's time goes, with a flame graph
    Profile(Box<ProfileArgs>),
    /// Say which runtimes meet your needs, and why the others do not
    Recommend(Box<RecommendArgs>),
    /// Write the report of a results folder again, also beside or with others
    Report(ReportArgs),
    /// Compare two modules, configurations, runtimes, builds of pwbench or stored campaigns
    Compare(CompareArgs),
    /// Hold a change of a plugin to limits, or measure how good the gate is
    Gate(GateArgs),
    /// Show a figure over commits and where it changed
    History(HistoryArgs),
    /// Join campaigns, for example the shards of one plan
    Merge(MergeArgs),
    /// Put proxies under load and compare what their filters cost
    Load(LoadArgs),
    /// Run the reverse proxy with Proxy-Wasm filters
    Serve(ServeArgs),
    /// Send load to a server on this machine and measure what came back
    Generate(GenerateArgs),
    /// Run a server that answers recorded exchanges, to be measured through
    Upstream(UpstreamArgs),
    /// Run one trial: its description is read from standard input
    #[command(hide = true)]
    Trial,
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
}
