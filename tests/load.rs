//! `pwbench load` as a person runs it: real proxies, a real generator.
#![cfg(target_os = "linux")]

use std::io::Write as _;
mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use peers::{ProxyKind, find};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use support::{campaign, expect_exit, folder, json, pwbench, run, stderr, stdout};

fn is_here(kind: ProxyKind) -> bool {
    match find(kind, Path::new("/nowhere")) {
        Ok(_) => true,
        Err(missing) => {
            let _ = writeln!(
                std::io::stdout(),
                "skipped: {}: {}",
                kind.title(),
                missing.remedy
            );
            false
        }
    }
}

fn rounds(campaign: &Path) -> Vec<Value> {
    let text = fs::read_to_string(campaign.join("rounds.jsonl")).expect("rounds.jsonl");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}

#[test]
fn filters_are_measured_beside_their_own_proxy_without_one() {
    let folder = folder();
    let nginx = is_here(ProxyKind::Nginx);
    let proxies = if nginx { "bench,nginx" } else { "bench" };
    let output = run(
        folder.path(),
        &[
            "load",
            "--proxy",
            proxies,
            "--runtime",
            "wasmtime/winch",
            "--filter",
            "wasm,native",
            "--closed",
            "--rate",
            "500",
            "--connections",
            "4",
            "--blocks",
            "1",
            "--duration",
            "0.3",
            "--keep-all",
            "--format",
            "json",
        ],
    );
    expect_exit(&output, 0);
    let summary = json(&output);
    let expected = if nginx { 4 } else { 2 };
    let phases = summary["phases"].as_array().expect("phases");
    assert_eq!(phases.len(), 2, "{phases:?}");
    for phase in phases {
        let rows = phase["rows"].as_array().expect("rows");
        assert_eq!(rows.len(), expected, "{rows:?}");
        for row in rows {
            assert!(row["cpu_us"].as_f64().expect("a cost") > 1.0, "{row}");
            assert!(row["good"].as_u64().expect("a count") > 50, "{row}");
            assert_eq!(
                (row["wrong"].as_u64(), row["errors"].as_u64()),
                (Some(0), Some(0)),
                "{row}"
            );
            assert!(row["rss_bytes"].as_f64().expect("memory") > 1e6, "{row}");
            let bare = row["row"]["filter"] == "none";
            assert_eq!(row["to_bare"]["cpu"].is_null(), bare, "{row}");
        }
    }
    // On a schedule latency is known, in a closed loop it says nothing.
    assert!(phases[0]["rows"][0]["latency"].is_null());
    let open = &phases[1]["rows"][0];
    assert_eq!(phases[1]["demand"]["open"], 500.0);
    assert!(
        open["latency"]["p99_us"]
            .as_f64()
            .is_some_and(|p99| p99 > 0.0),
        "{open}"
    );
    assert!(
        summary["trust"]["row"]
            .as_str()
            .is_some_and(|row| row.contains("winch"))
    );

    let campaign = campaign(&folder.path().join("results"));
    for file in [
        "campaign.json",
        "report.html",
        "report.md",
        "report.csv",
        "summary.json",
    ] {
        assert!(campaign.join(file).is_file(), "{file}");
    }
    let rounds = rounds(&campaign);
    // The control has rounds, too.
    assert!(rounds.len() >= (expected + 1) * 2, "{}", rounds.len());
    let html = fs::read_to_string(campaign.join("report.html")).expect("read");
    assert!(
        html.contains("bench + wasmtime/winch"),
        "no row in the page"
    );
    let written = support::campaign_json(&campaign);
    assert_eq!(written["kind"], "load");
    let again = run(
        folder.path(),
        &["report", campaign.to_str().expect("a path")],
    );
    expect_exit(&again, 0);
}

#[test]
fn the_highest_rate_within_an_objective_is_found_and_accounted_for() {
    let folder = folder();
    let output = run(
        folder.path(),
        &[
            "load",
            "--proxy",
            "bench",
            "--filter",
            "wasm",
            "--runtime",
            "wasmtime/winch",
            "--slo",
            "p99=200ms",
            "--connections",
            "4",
            "--blocks",
            "1",
            "--duration",
            "0.1",
            "--keep-all",
            "--format",
            "json",
        ],
    );
    expect_exit(&output, 0);
    let summary = json(&output);
    let phases = summary["phases"].as_array().expect("phases");
    assert_eq!(phases.len(), 1, "{phases:?}");
    assert_eq!(phases[0]["demand"], "search");
    let rows = phases[0]["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 2, "{rows:?}");
    for row in rows {
        let rate = row["throughput"].as_f64().expect("a rate");
        // Rates double from 1,000 and are halved in sixteenths.
        let steps = (rate / 1_000.0).log2() * 16.0;
        assert!((steps - steps.round()).abs() < 1e-3, "{row}");
        assert!(row["cpu_us"].as_f64().expect("a cost") > 1.0, "{row}");
        assert!(row["good"].as_u64().expect("a count") > 10, "{row}");
        assert!(row["latency"]["p99_us"].as_f64().is_some(), "{row}");
    }
    assert!(rows[1]["to_bare"]["pace"]["ratio"]["estimate"].is_f64());
    assert!(rows[1]["to_bare"]["cpu"]["ratio"]["estimate"].is_f64());

    // One microsecond is less than the way through the kernel: the proxy is at fault.
    let output = run(
        folder.path(),
        &[
            "load",
            "--proxy",
            "bench",
            "--filter",
            "none",
            "--slo",
            "p50=1us",
            "--blocks",
            "1",
            "--duration",
            "0.1",
            "--keep-all",
        ],
    );
    expect_exit(&output, 1);
    let text = stderr(&output);
    assert!(text.contains("no rate met p50=1us: p50 was"), "{text}");
}

#[test]
fn a_plugin_of_ones_own_is_measured_and_a_wrong_one_does_not_take_part() {
    let folder = folder();
    support::write(folder.path(), "f.wasm", support::filter("i32.const 0"));
    support::write(folder.path(), "t.jsonl", support::TRAFFIC);
    let own = [
        "load",
        "--proxy",
        "bench",
        "--module",
        "f.wasm",
        "--requests",
        "t.jsonl",
    ];
    let short = [
        "--rate",
        "300",
        "--blocks",
        "1",
        "--duration",
        "0.2",
        "--keep-all",
        "--connections",
        "2",
    ];
    let output = run(folder.path(), &[&own[..], &short[..]].concat());
    expect_exit(&output, 0);
    assert!(
        stdout(&output).contains("report.html"),
        "{}",
        stdout(&output)
    );

    // It traps at every request, so that all are answered by 503.
    support::write(folder.path(), "f.wasm", support::filter("unreachable"));
    let output = run(folder.path(), &[&own[..], &short[..]].concat());
    expect_exit(&output, 0);
    let text = stderr(&output);
    assert!(
        text.contains("bench + wasmtime/cranelift does not take part"),
        "{text}"
    );
}

#[test]
fn ctrl_c_keeps_what_was_measured_and_leaves_no_process() {
    let folder = folder();
    let mut child = pwbench(folder.path())
        .args([
            "load",
            "--proxy",
            "bench",
            "--rate",
            "300",
            "--connections",
            "2",
            "--blocks",
            "500",
            "--duration",
            "0.2",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    let results = folder.path().join("results");
    let measured = || {
        let folders = fs::read_dir(&results).ok()?;
        let file = folders.flatten().next()?.path().join("rounds.jsonl");
        Some(fs::read_to_string(file).ok()?.lines().count())
    };
    let begin = Instant::now();
    while measured().unwrap_or(0) < 3 {
        assert!(begin.elapsed() < Duration::from_secs(120), "no round");
        std::thread::sleep(Duration::from_millis(20));
    }
    let below = below(child.id());
    assert!(!below.is_empty());
    kill_process(Pid::from_child(&child), Signal::INT).expect("signalled");
    assert_eq!(child.wait().expect("ended").code(), Some(130));
    let left: Vec<u32> = below.into_iter().filter(|pid| alive(*pid)).collect();
    assert!(left.is_empty(), "{left:?}");
    let campaign = campaign(&results);
    assert_eq!(support::campaign_json(&campaign)["interrupted"], true);
    assert!(campaign.join("report.html").is_file());
}

/// The processes below one.
fn below(pid: u32) -> Vec<u32> {
    let output = Command::new("ps")
        .args(["-o", "pid=", "--ppid", &pid.to_string()])
        .output()
        .expect("ps");
    let text = String::from_utf8(output.stdout).expect("text");
    text.split_whitespace()
        .filter_map(|pid| pid.parse().ok())
        .collect()
}

fn alive(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let state = status.lines().find_map(|line| line.strip_prefix("State:"));
    state.is_some_and(|state| !state.trim_start().starts_with('Z'))
}

#[test]
fn bad_input_is_told_with_what_would_be_right() {
    let folder = folder();
    let cases: [(&[&str], &str); 7] = [
        (&["--proxy", "haproxy"], "bench, envoy, nginx, ats, mosn"),
        (&["--filter", "perl"], "none, wasm, lua, native"),
        (&["--rate", "0"], "from 1 to"),
        (&["--slo", "fast"], "p99=5ms"),
        (&["--runtime", "wasmtime/magic"], "wasmtime/"),
        (&["--workload", "nothing"], "add-headers"),
        (&["--module", "f.wasm"], "--requests"),
    ];
    for (options, expected) in cases {
        let output = run(folder.path(), &[&["load"], options].concat());
        expect_exit(&output, 2);
        assert!(
            stderr(&output).contains(expected),
            "{options:?}: {}",
            stderr(&output)
        );
    }
    let nobody = pwbench(folder.path())
        .args(["load", "--proxy", "envoy"])
        .env("PWBENCH_ENVOY", "/nowhere/envoy")
        .output()
        .expect("it runs");
    expect_exit(&nobody, 3);
    assert!(
        stderr(&nobody).contains("scripts/peers/envoy"),
        "{}",
        stderr(&nobody)
    );
}
