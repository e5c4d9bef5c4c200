//! What `pwbench history` takes.

use std::path::PathBuf;

use clap::Args;

use crate::output::Format;

/// Show a figure over commits and where it changed.
///
/// Reads what `gate --history` and `compare --history` have appended, and writes history.html
/// and history.md into the folder. A change is marked where the level moved for good, found
/// by E-divisive with a permutation test (see docs/method.md); times of unlike machines are
/// never put into one series.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  pwbench history bench-history
  pwbench history bench-history --figure cpu,instructions --format json

Fields of --format json, for each series in this order: cell, machine, figure, points (each: \
run, commit, unix_ms, value), changes (each: index into points, p, ratio).")]
pub(crate) struct HistoryArgs {
    /// The folder that --history named
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Figures: cpu, p50, p90, p99, p999, startup, memory, module_size, artifact_size,
    /// instructions, host_calls, bytes_copied
    #[arg(long = "figure", value_name = "NAME", value_delimiter = ',', default_value = "cpu,instructions",
          value_parser = figure)]
    pub(crate) figures: Vec<reports::Figure>,
    /// How to print the changes
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

fn figure(name: &str) -> Result<reports::Figure, String> {
    reports::Figure::find(name).ok_or_else(|| {
        let known: Vec<&str> = reports::Figure::ALL
            .iter()
            .map(|figure| figure.key())
            .collect();
        format!("give one of {}", known.join(", "))
    })
}
