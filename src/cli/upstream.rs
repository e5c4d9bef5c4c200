//! What `pwbench upstream` takes.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;

use super::generate::TrafficArgs;
use super::numbers::decimal_seconds;
use crate::output::Format;

/// Run a server that answers recorded exchanges, to be measured through.
///
/// It speaks HTTP/1.1, and HTTP/2 with prior knowledge, and costs far less for each request than
/// the proxies that are measured in front of it. A request gets the recorded response of the
/// exchange that it names in `x-exchange: N` or in the host `exchange-N.HOST`, else of the first
/// one with its method, authority and path, else a short text. It serves until SIGTERM or Ctrl-C.
#[derive(Debug, Args)]
#[command(
    after_help = "Standard output has a line when it accepts connections, and one at its end.
With --format json these are {\"address\": \"127.0.0.1:8000\", \"pid\": 1} and
{\"requests\": 0, \"connections\": 0}."
)]
pub(crate) struct UpstreamArgs {
    /// Where to listen, a loopback address; port 0 for any
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) address: SocketAddr,
    /// Threads
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) threads: usize,
    /// CPUs that threads are pinned to, in turn
    #[arg(long = "pin", value_name = "CPU", value_delimiter = ',')]
    pub(crate) pins: Vec<usize>,
    #[command(flatten)]
    pub(crate) traffic: TrafficArgs,
    /// Seconds that every answer waits
    #[arg(long, value_name = "S", default_value = "0", value_parser = decimal_seconds)]
    pub(crate) delay: Duration,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}
