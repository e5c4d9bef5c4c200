//! What `pwbench report` takes.

use std::path::PathBuf;

use clap::Args;
use reports::Pair;

use crate::output::Format;

/// Write the report of a results folder again.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  pwbench report results/20260102-030405-quick
  pwbench report results/20260102-030405-quick --versus wasmtime/winch,wasmer/singlepass
  pwbench report results/new --beside results/old
  pwbench report results/run --with results/load --with results/contend

With --format json, standard output is the summary.json that was written; with --beside, an \
object of `summary` and `beside`; with --with, an object of `summary` and `with`, a list.")]
pub(crate) struct ReportArgs {
    /// The folder that a command named when it ended, of whatever kind
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Two runtimes of the campaign to be compared by name, with a section of their own
    #[arg(long, value_name = "A,B")]
    pub(crate) versus: Vec<Pair>,
    /// Another campaign of `pwbench run`, shown beside this one cell by cell; figures of
    /// different machines get no ratio, and none gets a verdict
    #[arg(long, value_name = "DIR")]
    pub(crate) beside: Option<PathBuf>,
    /// Results of any kind whose sections are to stand in the same page
    #[arg(long = "with", value_name = "DIR")]
    pub(crate) with: Vec<PathBuf>,
    /// How to print the comparison
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}
