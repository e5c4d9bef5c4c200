//! One plan dealt out to several processes, and joined again.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::{expect_exit, folder, json, pwbench, run, stderr, trials};

const VARIANTS: &str = "c,rust-raw,zig";

/// Measures one shard of the plan into a folder of its own.
fn shard(folder: &Path, number: u32, of: u32) -> std::process::Child {
    pwbench(folder)
        .args(["run", "--runtime", "wasmi/lazy"])
        .args(["--workload", "header-rewrite", "--variant", VARIANTS])
        .args(["--blocks", "2", "--seed", "7", "--no-report"])
        .args(["--shard", &format!("{number}/{of}")])
        .args(["--output", &format!("shard-{number}")])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("pwbench starts")
}

fn variants(trials: &[Value]) -> BTreeSet<String> {
    let name = |trial: &Value| trial["cell"]["variant"].as_str().map(str::to_owned);
    trials.iter().filter_map(name).collect()
}

/// Folders of three shards that were measured at once.
fn three_shards(folder: &Path) -> Vec<PathBuf> {
    let running: Vec<_> = (1..=3).map(|number| shard(folder, number, 3)).collect();
    for mut process in running {
        let status = process.wait().expect("it ends");
        // The processes disturb each other: the A/A control may say so.
        assert!(matches!(status.code(), Some(0 | 3)), "{status}");
    }
    let campaign = |number: u32| support::campaign(&folder.join(format!("shard-{number}")));
    (1..=3).map(campaign).collect()
}

#[test]
fn shards_measured_by_three_processes_are_joined_with_every_trial() {
    let folder = folder();
    let shards = three_shards(folder.path());
    let each: Vec<BTreeSet<String>> = shards.iter().map(|own| variants(&trials(own))).collect();
    assert!(each.iter().all(|own| own.len() == 1), "{each:?}");
    let all: BTreeSet<&str> = each.iter().flatten().map(String::as_str).collect();
    assert_eq!(all, VARIANTS.split(',').collect());
    for own in &shards {
        let control = |trial: &Value| trial["cell"]["arm"] == "control";
        assert!(trials(own).iter().any(control), "every shard has a control");
    }

    let names: Vec<&str> = shards.iter().filter_map(|path| path.to_str()).collect();
    let mut arguments = vec!["merge"];
    arguments.extend(&names);
    arguments.extend(["--output", "all", "--format", "json"]);
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 0);
    let found = json(&output);
    assert_eq!(
        (found["kind"].as_str(), found["schema"].is_u64()),
        (Some("merged"), true)
    );
    // One machine measured them all: one summary with three rankings.
    let machines = found["machines"].as_array().expect("machines");
    assert_eq!(machines.len(), 1);
    let groups = machines[0]["summary"]["groups"]
        .as_array()
        .expect("rankings");
    assert_eq!(groups.len(), 3);
    let merged = folder.path().join("all");
    let before: usize = shards.iter().map(|own| trials(own).len()).sum();
    assert_eq!(trials(&merged).len(), before);
    for file in ["report.html", "report.md", "summary.json"] {
        assert!(
            fs::metadata(merged.join(file)).is_ok_and(|file| file.len() > 1_000),
            "{file}"
        );
    }

    // What was merged is read again, and merges further.
    let again = run(folder.path(), &["report", "all", "--format", "json"]);
    expect_exit(&again, 0);
    assert_eq!(json(&again), found);
    let twice = run(
        folder.path(),
        &["merge", "all", names[0], "--output", "twice"],
    );
    expect_exit(&twice, 2);
    assert!(
        stderr(&twice).contains("is there already"),
        "{}",
        stderr(&twice)
    );
    let missing = run(
        folder.path(),
        &["merge", names[0], names[1], "--output", "two"],
    );
    expect_exit(&missing, 0);
    let page = fs::read_to_string(folder.path().join("two/report.md")).expect("a report");
    assert!(
        page.contains("of the plan with seed 7 is missing"),
        "{page}"
    );
}

#[test]
fn a_shard_without_rankings_and_one_without_a_seed_are_refused() {
    let folder = folder();
    let arguments = [
        "run",
        "--runtime",
        "wasmi/lazy",
        "--workload",
        "prime-check",
        "--seed",
        "7",
    ];
    let with = |shard: &'static str| {
        let mut all = arguments.to_vec();
        all.extend(["--shard", shard]);
        run(folder.path(), &all)
    };
    let (first, second) = (with("1/2"), with("2/2"));
    let codes: BTreeSet<_> = [&first, &second].map(|o| o.status.code() == Some(2)).into();
    // The only ranking falls to one of the two.
    assert_eq!(codes, BTreeSet::from([false, true]));
    let refused = if first.status.code() == Some(2) {
        first
    } else {
        second
    };
    assert!(
        stderr(&refused).contains("--shard 1/1"),
        "{}",
        stderr(&refused)
    );
    expect_exit(&with("3/2"), 2);
    expect_exit(&run(folder.path(), &["run", "--shard", "1/2"]), 2);
}
