//! What `pwbench tune` takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use reports::Quantity;

use super::numbers::{milliseconds, seconds};
use crate::output::Format;
use crate::trial::ModelFile;

/// Find the build flags, wasm-opt passes and engine knobs that suit a plugin best.
///
/// SOURCE is a plugin's crate (Cargo.toml), a C, C++, Zig or AssemblyScript file or its folder,
/// or a .wasm file, whose build cannot be changed any more. Every level of every factor races
/// alone against the default, what helps is put together and raced, and the winners are
/// confirmed on requests that were held out. A candidate that does not behave as the default
/// does on every runtime is out. Ctrl-C keeps what was found.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  pwbench tune plugin/ --config plugin.json --requests recorded.har --objective p50,size
  pwbench tune workloads/prime-check/rust --workload prime-check --runtime wasmtime/cranelift,wasmi/eager
  pwbench tune plugin.wasm --requests recorded.har --objective startup --budget 90s
  pwbench tune --workload header-rewrite --layer engine

The campaign's folder holds campaign.json, candidates.jsonl, summary.json, report.html, report.md, \
report.csv and modules/ with the default's and the winners' modules. With --format json, standard \
output is summary.json: kind, id, subject, language, workload, exchanges, objectives, \
budget_seconds, seconds, started_unix_ms, pwbench_version, command_line, seed, machine, \
interrupted, runtimes (each: runtime, factors, candidates, worths, confirmations, stage), missing, \
cautions; in this order.")]
pub(crate) struct TuneArgs {
    /// The plugin: a source folder or file, or a .wasm module; with --workload alone, the
    /// built-in module
    #[arg(value_name = "SOURCE", required_unless_present = "workload")]
    pub(crate) source: Option<PathBuf>,
    /// What is to be small, the first counting most: p50, p90, p99, cpu, startup, size, memory,
    /// vm-memory
    #[arg(long = "objective", value_name = "NAME", value_delimiter = ',', default_value = "p50", value_parser = quantity)]
    pub(crate) objectives: Vec<Quantity>,
    /// Runtimes to tune for: ids or patterns
    #[arg(
        long = "runtime",
        value_name = "PATTERN",
        value_delimiter = ',',
        default_value = "wasmtime/cranelift"
    )]
    pub(crate) runtimes: Vec<String>,
    /// Traffic, HTTP Archive (.har) or JSON lines, see docs/requests.md
    #[arg(long, value_name = "FILE", required_unless_present = "workload")]
    pub(crate) requests: Option<PathBuf>,
    /// Plugin configuration, handed to the plugin as it is
    #[arg(long, value_name = "FILE", requires = "requests")]
    pub(crate) config: Option<PathBuf>,
    /// Root id, for modules that hold several plugins
    #[arg(long, value_name = "ID", requires = "requests", default_value = "")]
    pub(crate) root_id: String,
    /// A model that the plugin finds by this name through wasi-nn, an ONNX file
    #[arg(long = "model", value_name = "NAME=FILE", requires = "requests")]
    pub(crate) models: Vec<ModelFile>,
    /// Traffic and configuration of a built-in workload
    #[arg(long, value_name = "NAME", conflicts_with_all = ["requests", "config"])]
    pub(crate) workload: Option<String>,
    /// Variant of the built-in workload
    #[arg(long, value_name = "NAME", requires = "workload")]
    pub(crate) variant: Option<String>,
    /// Time for everything, builds included, such as 90s, 5m or 1h
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = budget)]
    pub(crate) budget: Duration,
    /// What may be changed; all of it without this
    #[arg(
        long = "layer",
        value_name = "LAYER",
        value_delimiter = ',',
        value_enum
    )]
    pub(crate) layers: Vec<TunedLayer>,
    /// A further argument for the compiler of the source, the same for every candidate
    #[arg(long = "build-arg", value_name = "ARG", allow_hyphen_values = true)]
    pub(crate) build_arguments: Vec<String>,
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
    /// A trial that takes longer is ended and its candidate is out
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(crate) trial_timeout: Duration,
}

/// What may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TunedLayer {
    /// The compiler's flags
    Build,
    /// Passes of wasm-opt
    WasmOpt,
    /// The engine's knobs
    Engine,
}

fn quantity(text: &str) -> Result<Quantity, String> {
    Quantity::find(text).ok_or_else(|| {
        let known = Quantity::ALL.map(Quantity::word);
        format!("use one of {}", known.join(", "))
    })
}

/// `90s`, `5m`, `1h`; a bare number is seconds.
fn budget(text: &str) -> Result<Duration, String> {
    const LONGEST: u64 = 7 * 86_400;
    let (number, unit) = match text.char_indices().next_back() {
        Some((at, 's')) => (&text[..at], 1),
        Some((at, 'm')) => (&text[..at], 60),
        Some((at, 'h')) => (&text[..at], 3_600),
        _ => (text, 1),
    };
    match number.parse::<u64>().ok().and_then(|n| n.checked_mul(unit)) {
        Some(seconds) if (1..=LONGEST).contains(&seconds) => Ok(Duration::from_secs(seconds)),
        _ => Err("give a time such as 90s, 5m or 1h, a week at most".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit_or_are_seconds() {
        assert_eq!(budget("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(budget("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(budget("7"), Ok(Duration::from_secs(7)));
        for wrong in ["", "m", "0s", "-1m", "1d", "1.5m", "999999h", "ä"] {
            assert!(budget(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn objectives_are_quantities() {
        assert_eq!(quantity("p99"), Ok(Quantity::P99));
        assert!(quantity("speed").is_err_and(|error| error.contains("p50")));
    }
}
