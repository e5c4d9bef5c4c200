//! What `pwbench gate` takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::numbers::{percent, seconds};
use crate::output::Format;

/// Hold a change of a plugin to limits, or measure how good the gate is.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  pwbench gate
  pwbench gate --config ci/gate.toml --history bench-history
  pwbench gate --calibrate --comparisons 20 --output calibration

Writes gate.json, gate.md, junit.xml, report.html, campaign.json and sittings.jsonl to a folder \
under --output, and the name of that folder to its file `latest`. Exit codes: 0 no limit is \
broken, 1 one is or a side failed its check, 2 the configuration is not sound, 3 the machine \
cannot support a verdict.

With --format json, standard output is gate.json: outcome, rows (each: cell, figure, limit, base, \
new, ratio, interval, n, status, reason), comparison (as `pwbench compare` prints it); with \
--calibrate: rows (each: injected, n, instructions, slower, faster, same, untrusted, \
slower_unconfirmed, criterion, welch_slices, welch_processes, criterion_in_sequence, \
welch_in_sequence, ratio, seconds, longest_seconds, \
load); in this order.")]
pub(crate) struct GateArgs {
    /// What is held to which limits, see docs/ci.md
    #[arg(
        long,
        value_name = "FILE",
        default_value = "gate.toml",
        conflicts_with = "calibrate"
    )]
    pub(crate) config: PathBuf,
    /// Measure how often the gate is right, by comparisons whose truth is known; goes on
    /// where an earlier invocation with the same --output stopped
    #[arg(long)]
    pub(crate) calibrate: bool,
    /// Comparisons of --calibrate in all: half of a thing with itself, half with 1 to 10 % of
    /// work added
    #[arg(long, value_name = "N", default_value_t = 600, requires = "calibrate",
          value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) comparisons: u32,
    /// Practical band of --calibrate
    #[arg(long, value_name = "PERCENT", default_value = "1%", value_parser = percent)]
    pub(crate) band: f64,
    /// Time for each comparison of --calibrate, the confirmation of a regression included
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    pub(crate) seconds: Duration,
    /// Seed of orders, layouts and statistics
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Folder for the results
    #[arg(long, value_name = "DIR", default_value = "gate")]
    pub(crate) output: PathBuf,
    /// Append what was measured to a folder of JSON lines, see `pwbench history`
    #[arg(long, value_name = "DIR", conflicts_with = "calibrate")]
    pub(crate) history: Option<PathBuf>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// A process that takes longer to answer is ended
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(crate) trial_timeout: Duration,
}
