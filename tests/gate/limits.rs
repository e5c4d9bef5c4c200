//! Limits on what a change may cost, and configurations that are none.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::set_up;
use crate::support::{expect_exit, folder, json, pwbench, run, stderr, stdout};

fn latest(folder: &Path) -> PathBuf {
    let output = folder.join("gate");
    let name = fs::read_to_string(output.join("latest")).expect("latest");
    output.join(name.trim())
}

/// Reads XML with what every system's Python has; `None` without one.
fn parses_as_xml(file: &Path) -> Option<bool> {
    let program = "import sys, xml.dom.minidom as m; m.parse(sys.argv[1])";
    let output = Command::new("python3")
        .args(["-c", program])
        .arg(file)
        .output()
        .ok()?;
    Some(output.status.success())
}

#[test]
fn a_change_of_nothing_passes_and_leaves_all_files() {
    let folder = folder();
    set_up(
        folder.path(),
        30_000,
        30_000,
        2,
        "[limits]\ncpu = \"50%\"\ninstructions = \"0%\"\n[ceilings]\nmodule_size = \"10 kB\"\n",
    );
    let output = pwbench(folder.path())
        .args(["gate", "--history", "history", "--format", "json"])
        .env("PWBENCH_MACHINE", "a pool of runners")
        .output()
        .expect("pwbench starts");
    let report = json(&output);
    let outcome = report["outcome"].as_str().expect("an outcome");
    // A machine under other load may not support a verdict; it must never find a regression.
    let code = if outcome == "untrusted" { 3 } else { 0 };
    expect_exit(&output, code);
    assert_eq!(report["rows"].as_array().map(Vec::len), Some(3));
    let results = latest(folder.path());
    for file in [
        "gate.json",
        "gate.md",
        "junit.xml",
        "campaign.json",
        "sittings.jsonl",
        "outcome",
        "report.html",
    ] {
        assert!(
            fs::metadata(results.join(file)).is_ok_and(|file| file.len() > 0),
            "{file}"
        );
    }
    match parses_as_xml(&results.join("junit.xml")) {
        Some(sound) => assert!(sound, "junit.xml is no XML"),
        None => {
            let _ = writeln!(
                std::io::stdout(),
                "skipped: junit.xml was not read: apt-get install python3"
            );
        }
    }
    let again = run(folder.path(), &["report", results.to_str().expect("UTF-8")]);
    expect_exit(&again, 0);
    assert!(stdout(&again).contains("Limits"), "{}", stdout(&again));
    if code == 0 {
        let output = run(folder.path(), &["history", "history", "--format", "json"]);
        expect_exit(&output, 0);
        assert_eq!(json(&output)[0]["figure"], "cpu");
        assert_eq!(json(&output)[0]["machine"], "a pool of runners");
    }
}

#[test]
fn more_instructions_than_the_limit_break_it() {
    let folder = folder();
    set_up(
        folder.path(),
        30_000,
        30_300,
        2,
        "[limits]\ninstructions = \"0.5%\"\n",
    );
    let output = run(folder.path(), &["gate"]);
    expect_exit(&output, 1);
    let text = stdout(&output);
    assert!(
        text.contains("1 of 1 limits are broken") && text.contains("1.0100"),
        "{text}"
    );
    let junit = fs::read_to_string(latest(folder.path()).join("junit.xml")).expect("junit.xml");
    assert!(
        junit.contains("failures=\"1\"") && junit.contains("<failure"),
        "{junit}"
    );
}

#[test]
fn an_unsound_configuration_is_told_with_its_line() {
    let folder = folder();
    set_up(folder.path(), 10, 10, 2, "[limits]\nspeed = \"1%\"\n");
    let output = run(folder.path(), &["gate"]);
    expect_exit(&output, 2);
    let told = stderr(&output);
    assert!(
        told.contains("gate.toml:9: limits.speed") && told.contains("help:"),
        "{told}"
    );
    let output = run(folder.path(), &["gate", "--config", "none.toml"]);
    expect_exit(&output, 2);
    assert!(stderr(&output).contains("none.toml"), "{}", stderr(&output));
}

#[test]
fn a_runtime_that_is_not_here_is_the_environments_fault() {
    let folder = folder();
    set_up(
        folder.path(),
        10,
        10,
        2,
        "runtimes = [\"v8/default\"]\n[limits]\ncpu = \"1%\"\n",
    );
    let list = json(&run(folder.path(), &["list", "--format", "json"]));
    let rows = list["runtimes"].as_array().expect("runtimes");
    if rows
        .iter()
        .any(|row| row["runtime"] == "v8/default" && row["available"] == true)
    {
        let _ = writeln!(
            std::io::stdout(),
            "skipped: v8 is built in: build without --features v8"
        );
        return;
    }
    let output = run(folder.path(), &["gate"]);
    expect_exit(&output, 3);
    assert!(
        stderr(&output).contains("v8/default is not available"),
        "{}",
        stderr(&output)
    );
}
