//! Other generators beside this one. The server waits a fixed time before each answer, so that
//! latency and throughput are known and the machine's noise is small beside them.

use std::io::Write as _;
use std::process::Command;
use std::time::Duration;

use load::{Demand, Plan, Upstream, UpstreamPlan};

use crate::support::{plan, run, upstream};

const DELAY: Duration = Duration::from_millis(50);

fn slow() -> Upstream {
    upstream(UpstreamPlan {
        delay: DELAY,
        ..UpstreamPlan::default()
    })
}

/// What a tool prints; `None` where it is not installed.
fn output(tool: &str, arguments: &[String]) -> Option<String> {
    match Command::new(tool).args(arguments).output() {
        Ok(output) => {
            assert!(output.status.success(), "{tool}: {output:?}");
            Some(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Err(_) => {
            let _ = writeln!(
                std::io::stdout(),
                "skipped: {tool}: scripts/peers/load-tools"
            );
            None
        }
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

#[test]
fn in_a_closed_loop_it_agrees_with_wrk() {
    let upstream = slow();
    let url = format!("http://{}/", upstream.address());
    let Some(text) = output("wrk", &words(&format!("-t1 -c20 -d3s {url}"))) else {
        return;
    };
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Requests/sec:"));
    let wrk: f64 = line.expect("a rate").trim().parse().expect("a number");
    let outcome = run(&Plan {
        demand: Demand::Closed,
        connections: 20,
        duration: Duration::from_secs(3),
        timeout: Duration::from_secs(5),
        ..plan(upstream.address())
    });
    // 20 connections and 50 ms are at most 400 a second.
    let ratio = outcome.rate / wrk;
    assert!(
        (0.75..1.33).contains(&ratio),
        "{} and wrk {wrk}",
        outcome.rate
    );
    assert!(outcome.rate <= 400.0 * 1.02);
}

#[test]
fn in_an_open_loop_it_agrees_with_oha() {
    let upstream = slow();
    let url = format!("http://{}/", upstream.address());
    let arguments =
        format!("--no-tui --output-format json -z 3s -c 40 -q 200 --latency-correction {url}");
    let Some(text) = output("oha", &words(&arguments)) else {
        return;
    };
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let oha = json["latencyPercentiles"]["p50"].as_f64().expect("a time") * 1e6;
    let oha_rate = json["summary"]["requestsPerSec"].as_f64().expect("a rate");
    let outcome = run(&Plan {
        demand: Demand::constant(200.0),
        connections: 40,
        duration: Duration::from_secs(3),
        timeout: Duration::from_secs(5),
        ..plan(upstream.address())
    });
    let p50 = outcome.corrected.expect("an open loop").p50_us;
    // The median is the delay and what a busy machine adds.
    assert!(p50 >= 49_900.0 && oha >= 49_900.0, "{p50} and oha {oha}");
    let ratio = p50 / oha;
    assert!((0.75..1.33).contains(&ratio), "{p50} and oha {oha}");
    let ratio = outcome.rate / oha_rate;
    assert!(
        (0.8..1.25).contains(&ratio),
        "{} and oha {oha_rate}",
        outcome.rate
    );
}
