//! What `pwbench generate` takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::numbers::decimal_seconds;
use crate::output::Format;

/// Send load to a server on this machine and measure what came back.
///
/// In an open loop (the default) requests are sent on a schedule, whether the server keeps up or
/// not, and latency counts from the intended send time. In a closed loop each connection sends
/// its next request when the last was answered: for the highest throughput. The outcome says of
/// itself whether it is valid; docs/load.md tells how.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  pwbench generate --url http://127.0.0.1:8080/ --rate 5000
  pwbench generate --url http://127.0.0.1:8080/ --closed --connections 64 --duration 5
  pwbench generate --url http://127.0.0.1:8080/ --workload header-rewrite --rate 2000 --arrivals poisson
  pwbench generate --url http://127.0.0.1:8080/ --slo p99=5ms

JSON of a run:
  plan            what was asked for: url, protocol, loop, rate, arrivals, connections, streams,
                  threads, pins, pacing, warm_up_s, duration_s, exchanges, unchecked, left_out
  valid, reasons  whether the figures may be believed, and why not
  interrupted     ended early
  from_unix_ms    when counting began
  seconds         time counted
  rate            good answers a second
  counts          offered = good + wrong + errors + dropped + unfinished; errors by kind: connect,
                  reset, timeout, protocol, early_close; reconnects; bytes_sent, bytes_received
  statuses        answers by status
  corrected       latency from the intended send time (null in a closed loop): count, min_us,
                  mean_us, p50_us, p90_us, p99_us, p999_us, p9999_us, max_us, and histogram, an
                  HdrHistogram V2 of nanoseconds in base64
  uncorrected     latency from the real send time
  lag             schedule lag (null in a closed loop)
  generator       utilisation and demand of the busiest thread (0 to 1), cpu_us_per_answer,
                  threads: utilisation, cpu_s, spun_s, waited_for_cpu_s
  wrong_answers   the first of them: exchange, difference
  first_errors    the first of them, in words
JSON with --slo: objective, rate (null when none met it), limited_by_generator, unconfirmed
  (a rate that met it when the probes ran out, else null), interrupted, probes (rate, confirms,
  met, reason, p50_us, p99_us), confirmed (a run as above)

Exit codes: 0 fine, 1 wrong answers, errors or an objective that no rate meets, 2 bad usage,
3 not valid: the generator was the bottleneck, 130 interrupted.")]
pub(crate) struct GenerateArgs {
    /// The server: a loopback address, http only
    #[arg(long, value_name = "URL")]
    pub(crate) url: String,
    /// Requests a second over all threads
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1_000.0,
        conflicts_with = "closed"
    )]
    pub(crate) rate: f64,
    /// How requests are spread
    #[arg(long, value_enum, default_value_t = ArrivalsArg::Constant, conflicts_with = "closed")]
    pub(crate) arrivals: ArrivalsArg,
    /// Send the next request when the last was answered
    #[arg(long)]
    pub(crate) closed: bool,
    /// Find the highest rate that meets this objective, such as p99=5ms or p50=1ms,p99.9=20ms;
    /// --rate is where the search begins
    #[arg(long, value_name = "OBJECTIVE", conflicts_with = "closed")]
    pub(crate) slo: Option<load::Objective>,
    /// Seconds of each probe of --slo; the rate found is confirmed for --duration
    #[arg(long, value_name = "S", default_value = "2", value_parser = decimal_seconds)]
    pub(crate) probe: Duration,
    /// Connections over all threads
    #[arg(long, value_name = "N", default_value_t = 16)]
    pub(crate) connections: usize,
    /// Threads that send
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) threads: usize,
    /// HTTP/2 with prior knowledge
    #[arg(long)]
    pub(crate) http2: bool,
    /// Requests under way on each connection, with --http2
    #[arg(long, value_name = "N", default_value_t = 16, requires = "http2")]
    pub(crate) streams: usize,
    /// Seconds that are counted
    #[arg(long, value_name = "S", default_value = "10", value_parser = decimal_seconds)]
    pub(crate) duration: Duration,
    /// Seconds of load before that
    #[arg(long, value_name = "S", default_value = "1", value_parser = decimal_seconds)]
    pub(crate) warm_up: Duration,
    /// Counted requests after which it ends earlier
    #[arg(long, value_name = "N")]
    pub(crate) count: Option<u64>,
    /// Seconds that an answer may take
    #[arg(long, value_name = "S", default_value = "5", value_parser = decimal_seconds)]
    pub(crate) timeout: Duration,
    #[command(flatten)]
    pub(crate) traffic: TrafficArgs,
    /// What answers are compared with
    #[arg(long, value_enum, default_value_t = CheckArg::Filtered)]
    pub(crate) check: CheckArg,
    /// How a request tells `pwbench upstream` which exchange it is of
    #[arg(long, value_enum, default_value_t = TagArg::Header)]
    pub(crate) tag: TagArg,
    /// How threads wait for the next send time
    #[arg(long, value_enum, default_value_t = PacingArg::Sleep)]
    pub(crate) pacing: PacingArg,
    /// CPUs that threads are pinned to, in turn
    #[arg(long = "pin", value_name = "CPU", value_delimiter = ',')]
    pub(crate) pins: Vec<usize>,
    /// What Poisson arrivals are drawn from
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

/// Where exchanges come from.
#[derive(Debug, Args)]
pub(crate) struct TrafficArgs {
    /// The traffic of a built-in workload; without it and --requests, one short exchange
    #[arg(long, value_name = "NAME", conflicts_with = "requests")]
    pub(crate) workload: Option<String>,
    /// Traffic from a file: HTTP Archive (.har) or JSON lines, see docs/requests.md
    #[arg(long, value_name = "FILE")]
    pub(crate) requests: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ArrivalsArg {
    /// The same gap between all
    Constant,
    /// Exponential gaps, as of clients that know nothing of each other
    Poisson,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckArg {
    /// What the traffic expects of the filter
    Filtered,
    /// The recorded response, as through a proxy without a filter
    Recorded,
    /// The status alone
    Status,
    /// Nothing
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TagArg {
    /// A header, `x-exchange: N`
    Header,
    /// A label before the host, `exchange-N.`: for filters that look at every header
    Authority,
    /// Not at all: the upstream goes by method, authority and path
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PacingArg {
    /// They sleep until then; the core is free for others
    Sleep,
    /// They look again and again; for a core of their own
    Spin,
}
