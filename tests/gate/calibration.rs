//! How good the gate is, measured by itself.

use std::fs;

use crate::support::{expect_exit, folder, json, pwbench};

#[test]
fn a_calibration_goes_on_where_it_stopped() {
    let folder = folder();
    let calibrate = |n: &str| {
        let arguments = [
            "gate",
            "--calibrate",
            "--comparisons",
            n,
            "--seconds",
            "3",
            "--format",
            "json",
        ];
        let output = pwbench(folder.path())
            .args(arguments)
            .output()
            .expect("pwbench starts");
        expect_exit(&output, 0);
        json(&output)
    };
    calibrate("1");
    let path = folder.path().join("gate/calibration.jsonl");
    let first = fs::read_to_string(&path).expect("records");
    // As if it had been stopped while it wrote the second.
    fs::write(&path, format!("{first}{{\"number\":1,")).expect("written");
    let summary = calibrate("2");
    let lines = fs::read_to_string(&path).expect("records");
    assert!(
        lines.starts_with(&first) && lines.lines().count() == 2,
        "{lines}"
    );
    let rows = summary["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 2, "{summary:#}");
    // The guest burns what it is said to burn.
    let injected = rows[1]["injected"].as_f64().expect("a share");
    let counted = rows[1]["instructions"].as_f64().expect("instructions");
    assert!(
        (counted - 1.0 - injected).abs() < 0.000_5,
        "{counted} for {injected}"
    );
}
