//! What `pwbench report` takes.

use std::path::PathBuf;

use clap::Args;
use reports::Pair;

use crate::output::Format;

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
