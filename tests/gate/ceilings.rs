//! Ceilings: what a figure may be at most, whatever it was.

use std::io::Write as _;

use serde_json::Value;

use crate::set_up;
use crate::support::{expect_exit, folder, json, run};

/// The report of a gate with these limits and ceilings that ended with this exit code; `None`,
/// said, where the machine supports no verdict. It ends as soon as it is decided: a busy machine
/// needs more of the time.
fn gate(limits: &str, code: i32) -> Option<Value> {
    let folder = folder();
    set_up(folder.path(), 30_000, 30_000, 60, limits);
    let output = run(folder.path(), &["gate", "--format", "json"]);
    let report = json(&output);
    if report["outcome"] == "untrusted" {
        expect_exit(&output, 3);
        let _ = writeln!(
            std::io::stdout(),
            "skipped: the machine is too unsteady for a verdict: run it on a quieter one"
        );
        return None;
    }
    expect_exit(&output, code);
    Some(report)
}

#[test]
fn a_ceiling_alone_is_measured_and_breaks() {
    let Some(report) = gate("[ceilings]\nstartup = \"1 us\"\n", 1) else {
        return;
    };
    let row = &report["rows"][0];
    assert_eq!(row["status"], "failed", "{row:#}");
    let told = row["reason"].as_str().expect("a reason");
    assert!(told.contains("found again by fresh processes"), "{told}");
    assert!(row["ratio"].as_f64().expect("a ratio") > 10.0, "{row:#}");
}

#[test]
fn a_ceiling_far_above_passes_beside_limits_that_are_counted() {
    let limits = "[limits]\ninstructions = \"0%\"\n[ceilings]\nmemory = \"900 MB\"\n";
    let Some(report) = gate(limits, 0) else {
        return;
    };
    assert_eq!(report["outcome"], "passed", "{:#}", report["rows"]);
    assert!(report["rows"][1]["n"].as_u64().expect("samples") >= 6);
}
