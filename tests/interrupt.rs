//! Ctrl-C.
#![cfg(unix)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use support::{campaign_json, folder, pwbench, trials};

/// The trials so far, once there is a campaign at all.
fn lines(results: &Path) -> usize {
    let folders = fs::read_dir(results).into_iter().flatten().flatten();
    let texts =
        folders.filter_map(|folder| fs::read_to_string(folder.path().join("trials.jsonl")).ok());
    texts.map(|text| text.lines().count()).sum()
}

#[test]
fn an_interrupted_campaign_keeps_what_was_measured_and_writes_its_report() {
    let folder = folder();
    let mut child = pwbench(folder.path())
        .args([
            "run",
            "--preset",
            "full",
            "--runtime",
            "wasmi/eager",
            "--workload",
            "header-rewrite",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("pwbench starts");
    let results = folder.path().join("results");
    let patience = Instant::now();
    // The check and at least one measured trial.
    while lines(&results) < 2 {
        assert!(
            patience.elapsed() < Duration::from_secs(120),
            "no trial was measured"
        );
        assert!(
            child.try_wait().expect("a child").is_none(),
            "it ended by itself"
        );
        sleep(Duration::from_millis(20));
    }
    let pid = Pid::from_child(&child);
    kill_process(pid, Signal::INT).expect("it is ours");
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(130));
    let campaign = support::campaign(&results);
    assert_eq!(campaign_json(&campaign)["interrupted"], true);
    assert!(campaign.join("report.html").exists());
    let trials = trials(&campaign);
    assert!(trials.len() >= 2, "{trials:?}");
    assert!(
        trials.iter().all(|trial| trial["status"] == "ok"),
        "the interrupted trial is no failed one: {trials:?}"
    );
}
