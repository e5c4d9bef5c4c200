//! What `pwbench merge` takes.

use std::path::PathBuf;

use clap::Args;

use crate::output::Format;

/// Join campaigns, for example the shards of one plan.
///
/// Nothing is thrown away: the new folder has every trial with its histogram. Trials of one
/// machine are summed up together; those of different machines are shown with each other and
/// never compared.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  pwbench merge shards/*/* --output results/all
  pwbench merge results/monday results/tuesday --output results/both --format json

With --format json, standard output is the summary.json that was written: schema, kind, id, \
machines; of each: machine, campaigns (their ids), summary (as that of `pwbench run`); in this \
order.")]
pub(crate) struct MergeArgs {
    /// Folders that `pwbench run` or `pwbench merge` made
    #[arg(value_name = "DIR", required = true)]
    pub(crate) folders: Vec<PathBuf>,
    /// The folder to make for all of them
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// How to print the comparison
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}
