//! What `pwbench load` takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use host_core::Isolation;
use peers::{FilterKind, ProxyKind};

use super::numbers::decimal_seconds;
use super::{OwnPlugin, Preset};
use crate::output::Format;

/// Put proxies under load and compare what their filters cost.
///
/// Each proxy is started with a generated configuration for its rounds, on a core of its own,
/// with generator and upstream beside it, in randomised blocks; each filter is compared with
/// the same proxy without one in the same block. A proxy that is not installed is skipped and
/// the command that gets it is named. Results go to a folder of their own under the output
/// folder; Ctrl-C keeps what was measured.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  pwbench load
  pwbench load --proxy bench,envoy,nginx --runtime 'wasmtime/*'
  pwbench load --proxy bench --runtime v8/turbofan,wamr/aot --workload header-rewrite
  pwbench load --proxy bench,nginx --rate 5000,20000 --preset full
  pwbench load --proxy bench,envoy --slo p99=5ms
  pwbench load --proxy bench,envoy --module plugin.wasm --config plugin.json --requests recorded.har

With --format json, standard output is the campaign's summary.json: schema, policy, trust (row,
controls of demand, metric and ratio, objection), phases (demand, rows, pairs), accepted, rejected,
failures, campaign; a row has row, blocks, rejected, cpu_us, throughput, bounded, busy, latency,
rss_bytes, start_up_ns, good, wrong, errors and to_bare, the comparison with the same proxy without
a filter by metric (cpu, pace, p50, p99): ratio, difference in microseconds, word. Of a search
throughput is the highest rate and pace its inverse. docs/load.md explains them.")]
pub(crate) struct LoadArgs {
    /// Proxies: bench, envoy, nginx, ats, mosn; all that are installed without it
    #[arg(long = "proxy", value_name = "NAME", value_delimiter = ',')]
    pub(crate) proxies: Vec<ProxyKind>,
    /// Filters beside none: wasm, lua, native; all that the proxies have without it
    #[arg(long = "filter", value_name = "NAME", value_delimiter = ',')]
    pub(crate) filters: Vec<FilterKind>,
    /// Runtimes of our own proxy: ids, engines or patterns such as 'wasmtime/*'; the reference
    /// runtime without it
    #[arg(long = "runtime", value_name = "PATTERN", value_delimiter = ',')]
    pub(crate) runtimes: Vec<String>,
    /// Built-in workload; add-headers without it, which all filters can do, not only plugins
    #[arg(long, value_name = "NAME", conflicts_with = "module")]
    pub(crate) workload: Option<String>,
    /// Variant of the workload's module; its first one without it
    #[arg(long, value_name = "NAME", conflicts_with = "module")]
    pub(crate) variant: Option<String>,
    #[command(flatten)]
    pub(crate) plugin: OwnPlugin,
    /// Who shares a VM in our own proxy: shared, thread, request or pool:N
    #[arg(long, value_name = "I", default_value = "thread")]
    pub(crate) isolation: Isolation,
    /// Requests a second of open loops; without --rate, --closed and --slo, a closed loop and
    /// half of what the slowest proxy can do
    #[arg(long = "rate", value_name = "N", value_delimiter = ',', value_parser = rate)]
    pub(crate) rates: Vec<f64>,
    /// A closed loop: each connection sends its next request when the last was answered
    #[arg(long)]
    pub(crate) closed: bool,
    /// Find the highest rate that meets this objective, such as p99=5ms
    #[arg(long, value_name = "OBJECTIVE")]
    pub(crate) slo: Option<load::Objective>,
    /// Connections between generator and proxy
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) connections: u32,
    /// HTTP/2 with prior knowledge between generator and proxy
    #[arg(long)]
    pub(crate) http2: bool,
    /// Workers of each proxy, which has as many cores to itself
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub(crate) workers: u32,
    /// How much to measure: 6 blocks of 0.7 s for each load, or 20 of 3 s
    #[arg(long, value_enum, default_value_t = Preset::Quick)]
    pub(crate) preset: Preset,
    /// Blocks to measure, in place of the preset's number; a verdict needs six
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) blocks: Option<u32>,
    /// Seconds of each load, in place of the preset's
    #[arg(long, value_name = "S", value_parser = decimal_seconds)]
    pub(crate) duration: Option<Duration>,
    /// Count every round, those too in which a process did not get its core: for a look on a
    /// busy machine; nothing gets a verdict
    #[arg(long)]
    pub(crate) keep_all: bool,
    /// Seed of the order of rows and of the statistics
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Folder under which the campaign's own folder is made
    #[arg(long, value_name = "DIR", default_value = "results")]
    pub(crate) output: PathBuf,
    /// How to print the comparison
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (1.0..=10_000_000.0).contains(&rate) => Ok(rate),
        _ => Err("give a number from 1 to 10000000".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn rates_are_positive_numbers() {
        for text in ["0", "-5", "nan", "inf", "1e9", "fast", ""] {
            assert!(rate(text).is_err(), "{text:?}");
        }
        assert_eq!(rate("2500"), Ok(2_500.0));
    }
}
