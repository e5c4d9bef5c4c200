//! What `pwbench merge` takes.

use std::path::PathBuf;

use clap::Args;

use crate::output::Format;

/// Join campaigns, for example the shards of one plan, or outcomes of several generators.
///
/// Nothing is thrown away: the new folder has every trial with its histogram. Trials of one
/// machine are summed up together; those of different machines are shown with each other and
/// never compared.
///
/// Files are outcomes of `pwbench generate --format json` that loaded one server at the same
/// time: they become one outcome, whose counts and histograms are the sums.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  pwbench merge shards/*/* --output results/all
  pwbench merge results/monday results/tuesday --output results/both --format json
  pwbench merge one.json two.json --output both.json

With --format json, standard output is the summary.json that was written: schema, kind, id, \
machines; of each: machine, campaigns (their ids), summary (as that of `pwbench run`); in this \
order. Of files it is the outcome that was written: the fields of `pwbench generate`, of all \
generators together.

Exit codes: 0 fine, 2 bad usage or input; of files also 1 wrong answers or errors, 3 not valid, \
130 a generator was interrupted.")]
pub(crate) struct MergeArgs {
    /// Folders that `pwbench run` or `pwbench merge` made, or files with outcomes
    #[arg(value_name = "DIR|FILE", required = true)]
    pub(crate) parts: Vec<PathBuf>,
    /// The folder, or the file, to make for all of them
    #[arg(short, long, value_name = "DIR|FILE")]
    pub(crate) output: PathBuf,
    /// How to print the comparison
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}
