//! `pwbench contend`.

mod support;

use std::path::Path;

use serde_json::Value;
use support::{expect_exit, folder, json, run, stderr, stdout};

/// The summary of a campaign with one and two threads, which ended well.
fn contend(folder: &Path, options: &str) -> Value {
    let always = "contend --threads 1,2 --format json".split(' ');
    let arguments: Vec<&str> = always.chain(options.split_whitespace()).collect();
    let output = run(folder, &arguments);
    expect_exit(&output, 0);
    json(&output)
}

#[test]
fn a_short_campaign_measures_every_isolation_and_can_be_reported_again() {
    let folder = folder();
    let summary = contend(
        folder.path(),
        "--runtime wasmtime/cranelift --workload shared-counter \
         --isolation shared,thread,pool:2,request --blocks 2 --time 20",
    );
    let curves = summary["curves"].as_array().expect("curves");
    assert_eq!(curves.len(), 4, "{summary}");
    for curve in curves {
        let points = curve["points"].as_array().expect("points");
        assert_eq!(points.len(), 2, "{curve}");
        for point in points {
            assert!(point["rate"]["value"].as_f64() > Some(0.0), "{point}");
            let jain = point["jain"]["value"].as_f64().expect("a number");
            assert!((0.5..=1.0).contains(&jain), "{point}");
            let shares = matches!(curve["isolation"].as_str(), Some("shared" | "pool:2"));
            assert_eq!(point["locks"].is_object(), shares, "{curve}");
        }
    }
    assert_eq!(summary["failures"].as_array().map(Vec::len), Some(0));
    assert_eq!(summary["controls"].as_array().map(Vec::len), Some(1));

    let results = folder.path().join("results");
    let campaign = std::fs::read_dir(results).expect("results").next();
    let campaign = campaign.expect("a campaign").expect("readable").path();
    for file in ["report.html", "report.md", "report.csv", "summary.json"] {
        assert!(campaign.join(file).is_file(), "{file}");
    }
    let again = run(folder.path(), &["report", &campaign.display().to_string()]);
    expect_exit(&again, 0);
    assert!(stdout(&again).contains("pool:2"), "{}", stdout(&again));
}

#[test]
fn through_the_proxy_workers_are_measured_and_doubts_are_kept() {
    let folder = folder();
    let summary = contend(
        folder.path(),
        "--through-proxy --runtime wasmtime/cranelift --workload header-rewrite \
         --isolation shared,thread --blocks 1 --time 150",
    );
    assert_eq!(summary["campaign"]["way"], "proxy");
    assert_eq!(
        summary["failures"].as_array().map(Vec::len),
        Some(0),
        "{summary}"
    );
    let curves = summary["curves"].as_array().expect("curves");
    assert_eq!(curves.len(), 2, "{summary}");
    for curve in curves {
        let points = curve["points"].as_array().expect("points");
        assert_eq!(points.len(), 2, "{curve}");
        for point in points {
            assert!(point["rate"]["value"].as_f64() > Some(50.0), "{point}");
            assert!(point["cpu_ns"]["value"].as_f64() > Some(1_000.0), "{point}");
            assert!(
                point["resident_bytes"]["value"].as_f64() > Some(1e6),
                "{point}"
            );
            // The waits are those that the proxy's admin port shows.
            let shared = curve["isolation"] == "shared";
            assert_eq!(point["locks"].is_object(), shared, "{curve}");
        }
    }
    let text = summary["headline"]["text"].as_str().expect("a text");
    assert!(text.contains("through the proxy"), "{text}");
    // One block decides nothing.
    assert_eq!(summary["headline"]["decided"], false);
    let trials = std::fs::read_to_string(
        support::campaign(&folder.path().join("results")).join("trials.jsonl"),
    );
    let trials = trials.expect("trials");
    let doubts = trials
        .lines()
        .filter(|line| line.contains("\"doubt\""))
        .count();
    let warned = summary["warnings"].to_string();
    assert_eq!(
        doubts > 0,
        warned.contains(&format!("in {doubts} of 5 trials")),
        "{warned}"
    );
}

#[test]
fn senseless_threads_and_isolations_are_refused_with_what_to_give() {
    let folder = folder();
    for (arguments, words) in [
        (["--threads", "100000"], "at most"),
        (["--threads", "0"], "--threads"),
        (["--isolation", "alone"], "pool:N"),
        (["--workload", "nothing"], "shared-counter"),
    ] {
        let output = run(folder.path(), &[&["contend"][..], &arguments].concat());
        expect_exit(&output, 2);
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
    }
}

#[test]
fn a_native_twin_is_not_shared_by_threads_and_the_report_says_so() {
    let folder = folder();
    let summary = contend(
        folder.path(),
        "--runtime native --workload shared-counter --isolation shared,thread,pool:2 \
         --blocks 1 --time 20",
    );
    let curves = summary["curves"].as_array().expect("curves");
    assert_eq!(curves.len(), 1, "{summary}");
    assert_eq!(curves[0]["isolation"], "thread");
    let failures = summary["failures"].as_array().expect("failures");
    assert_eq!(failures.len(), 2, "{summary}");
    for failure in failures {
        assert!(
            failure.to_string().contains("belongs to one thread"),
            "{failure}"
        );
    }
}
