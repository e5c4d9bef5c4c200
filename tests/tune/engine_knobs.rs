//! Engine knobs of a built-in module.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{campaign, campaign_json, expect_exit, folder, json, run};
use crate::{ended_well, say_busy, too_busy};

/// Lines of `candidates.jsonl`.
fn candidates(campaign: &Path) -> Vec<Value> {
    let text = fs::read_to_string(campaign.join("candidates.jsonl")).expect("candidates.jsonl");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}

#[test]
fn engine_knobs_of_a_built_in_module_are_raced_and_reported() {
    let folder = folder();
    let arguments = [
        "tune",
        "--workload",
        "prime-check",
        "--layer",
        "engine",
        "--objective",
        "startup,size",
        "--budget",
        "25s",
        "--seed",
        "1",
        "--format",
        "json",
    ];
    let output = run(folder.path(), &arguments);
    if too_busy(&output) {
        return;
    }
    ended_well(&output);
    let summary = json(&output);
    let campaign = campaign(&folder.path().join("results"));
    for file in [
        "report.html",
        "report.md",
        "report.csv",
        "summary.json",
        "modules/default.wasm",
    ] {
        assert!(campaign.join(file).is_file(), "{file}");
    }
    assert_eq!(campaign_json(&campaign)["kind"], "tune");
    assert_eq!(
        summary["objectives"],
        serde_json::json!(["startup", "size"])
    );
    let runtime = &summary["runtimes"][0];
    let rows = runtime["candidates"].as_array().expect("candidates");
    let choice = |factor: &str| rows.iter().find(|row| !row["choice"][factor].is_null());
    for factor in ["opt", "pooling", "aot", "deadline"] {
        let row = choice(factor).unwrap_or_else(|| panic!("{factor} did not race"));
        if row["fate"]["fate"] == "set_aside" {
            return say_busy();
        }
        assert!(
            row["values"]["startup"]["median"].as_f64() > Some(0.0),
            "{row}"
        );
    }
    // An artifact holds machine code: the module is always smaller.
    let size = &choice("aot").expect("raced")["against_default"]["size"];
    assert!(size["ratio"].as_f64() > Some(1.0), "{size}");
    assert!(!candidates(&campaign).is_empty());
    // The page can be written again from the folder alone.
    let again = run(folder.path(), &["report", &campaign.display().to_string()]);
    expect_exit(&again, 0);
}
