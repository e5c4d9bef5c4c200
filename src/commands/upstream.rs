//! `pwbench upstream`: the server behind the proxies.

use load::{Upstream, UpstreamPlan};
use serde_json::json;
use workloads::Exchange;

use crate::cli::{TrafficArgs, UpstreamArgs};
use crate::error::{Error, Exit};
use crate::experiment::Interrupt;
use crate::output::{Format, print_text};

/// Serves until SIGTERM or Ctrl-C.
pub(super) fn upstream(arguments: &UpstreamArgs) -> Result<Exit, Error> {
    let plan = UpstreamPlan {
        address: arguments.address,
        threads: arguments.threads,
        pins: arguments.pins.clone(),
        exchanges: traffic(&arguments.traffic)?.unwrap_or_default(),
        delay: arguments.delay,
    };
    let mut interrupt = Interrupt::listen()?;
    let mut upstream = Upstream::start(&plan)?;
    let address = upstream.address();
    match arguments.format {
        Format::Table => print_text(&format!("listening on {address}")),
        Format::Json => {
            let line = json!({ "address": address, "pid": std::process::id() });
            print_text(&line.to_string());
        }
    }
    super::block_on(interrupt.wait())?;
    upstream.end();
    let counts = upstream.counts();
    match arguments.format {
        Format::Table => print_text(&format!(
            "answered {} requests on {} connections",
            counts.requests, counts.connections
        )),
        Format::Json => print_text(&serde_json::to_string(&counts)?),
    }
    Ok(Exit::Fine)
}

/// The exchanges asked for; `None` where none were.
pub(super) fn traffic(arguments: &TrafficArgs) -> Result<Option<Vec<Exchange>>, Error> {
    Ok(match (&arguments.workload, &arguments.requests) {
        (Some(name), _) => Some(workloads::find(name)?.exchanges),
        (None, Some(file)) => Some(workloads::read_traffic(file)?),
        (None, None) => None,
    })
}
