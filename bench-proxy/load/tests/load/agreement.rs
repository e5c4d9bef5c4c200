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

/// Requests a second that are asked of the server.
const OFFERED: f64 = 200.0;

#[test]
fn in_an_open_loop_that_the_server_cannot_keep_up_with_it_agrees_with_oha() {
    let upstream = slow();
    let url = format!("http://{}/", upstream.address());
    // Eight connections and 50 ms are 160 a second, so that the 600 requests of three seconds wait
    // ever longer, and the last of them some 750 ms.
    let arguments = format!(
        "--no-tui --output-format json -n 600 -c 8 -q {OFFERED} --latency-correction {url}"
    );
    let Some(text) = output("oha", &words(&arguments)) else {
        return;
    };
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let time = |name: &str| json["latencyPercentiles"][name].as_f64().expect("a time") * 1e6;
    let oha_rate = json["summary"]["requestsPerSec"].as_f64().expect("a rate");
    let outcome = run(&Plan {
        demand: Demand::constant(OFFERED),
        connections: 8,
        duration: Duration::from_secs(3),
        timeout: Duration::from_secs(5),
        ..plan(upstream.address())
    });
    assert_eq!(outcome.counts.good, 600, "{:?}", outcome.counts);
    let own = outcome.corrected.expect("an open loop");
    for (name, own, oha) in [
        ("p50", own.p50_us, time("p50")),
        ("p99", own.p99_us, time("p99")),
        ("rate", outcome.rate, oha_rate),
    ] {
        let ratio = own / oha;
        assert!((0.8..1.25).contains(&ratio), "{name}: {own} and oha {oha}");
    }
    // Without the correction both would show the server's 50 ms.
    let real = outcome.uncorrected.p99_us;
    assert!(own.p50_us > 300_000.0, "{}", own.p50_us);
    assert!(real < own.p50_us / 2.0, "{real}");
}
