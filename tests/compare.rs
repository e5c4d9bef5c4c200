//! `pwbench compare` on guests whose difference is known.

use std::io::Write as _;
mod support;

use std::path::Path;
use std::process::Output;

use serde_json::Value;
use support::{TRAFFIC, expect_exit, filter, folder, json, run, stderr, write};

/// A filter that counts down from `steps` on each request.
fn counting(steps: u32) -> Vec<u8> {
    filter(&format!(
        "(local $left i32) (local.set $left (i32.const {steps}))
         (loop $step (br_if $step (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
         i32.const 0"
    ))
}

fn modules(folder: &Path, old: u32, new: u32) {
    write(folder, "traffic.jsonl", TRAFFIC);
    write(folder, "old.wasm", counting(old));
    write(folder, "new.wasm", counting(new));
}

fn compare(folder: &Path, further: &[&str]) -> Output {
    let mut arguments = vec!["compare", "--requests", "traffic.jsonl", "--format", "json"];
    arguments.extend(further);
    run(folder, &arguments)
}

fn deciding(comparison: &Value) -> &Value {
    &comparison["cells"][0]["answers"][0]
}

#[test]
fn a_module_is_not_slower_than_itself() {
    let folder = folder();
    modules(folder.path(), 40_000, 40_000);
    let output = compare(
        folder.path(),
        &[
            "--module", "old.wasm", "--module", "new.wasm", "--blocks", "12", "--seed", "7",
        ],
    );
    let comparison = json(&output);
    let answer = deciding(&comparison);
    assert_eq!(answer["question"]["figure"], "cpu");
    assert!(
        answer["word"] == "same" || answer["word"] == "undecided",
        "{answer:#}"
    );
    // 3 is a machine that was too unsteady to say anything.
    assert!(
        matches!(output.status.code(), Some(0 | 3)),
        "{}",
        stderr(&output)
    );
    let folder = folder
        .path()
        .join("results")
        .join(comparison["id"].as_str().expect("an id"));
    let sittings = std::fs::read_to_string(folder.join("sittings.jsonl")).expect("sittings");
    assert_eq!(sittings.lines().count(), 12);
    assert!(folder.join("campaign.json").is_file());
    for count in comparison["cells"][0]["counts"].as_array().expect("counts") {
        assert_eq!(count["base"], count["new"], "{count}");
    }
}

#[test]
fn a_tenth_more_work_is_slower_and_the_exit_code_says_so() {
    let folder = folder();
    modules(folder.path(), 40_000, 44_000);
    let output = compare(
        folder.path(),
        &[
            "--module", "old.wasm", "--module", "new.wasm", "--blocks", "24", "--seed", "7",
        ],
    );
    let comparison = json(&output);
    if output.status.code() == Some(3) {
        let _ = writeln!(
            std::io::stdout(),
            "skipped: the machine is too unsteady: run it on a quieter one"
        );
        return;
    }
    let answer = deciding(&comparison);
    assert_eq!(answer["word"], "slower", "{answer:#}");
    assert_eq!(answer["confirmation"]["confirmed"], true, "{answer:#}");
    expect_exit(&output, 1);
    let counts = comparison["cells"][0]["counts"].as_array().expect("counts");
    let instructions = counts
        .iter()
        .find(|count| count["figure"] == "instructions");
    let count = instructions.expect("instructions are counted");
    let ratio = count["new"].as_f64().expect("a count") / count["base"].as_f64().expect("a count");
    assert!((1.09..1.11).contains(&ratio), "{ratio}");
}

#[test]
fn a_side_that_answers_otherwise_is_not_measured() {
    let folder = folder();
    write(folder.path(), "traffic.jsonl", TRAFFIC);
    write(folder.path(), "old.wasm", filter("i32.const 0"));
    // Pauses for ever, so that the request never leaves.
    write(folder.path(), "new.wasm", filter("i32.const 1"));
    let output = compare(
        folder.path(),
        &[
            "--module", "old.wasm", "--module", "new.wasm", "--blocks", "6",
        ],
    );
    expect_exit(&output, 1);
    let failure = json(&output)["cells"][0]["failure"].to_string();
    assert!(
        failure.contains("the new side") && failure.contains("outcomes were wrong"),
        "{failure}"
    );
}

#[test]
fn two_sides_of_one_thing_are_wanted() {
    let folder = folder();
    modules(folder.path(), 10, 10);
    for (arguments, told) in [
        (&["--module", "old.wasm"][..], "there are no two sides"),
        (
            &[
                "--module",
                "old.wasm",
                "--module",
                "new.wasm",
                "--pwbench",
                "a",
                "--pwbench",
                "b",
            ],
            "could come from either",
        ),
        (
            &[
                "--module",
                "old.wasm",
                "--runtime",
                "no/such",
                "--runtime",
                "wasmi/eager",
            ],
            "no/such",
        ),
    ] {
        let output = compare(folder.path(), arguments);
        expect_exit(&output, 2);
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
    }
}

#[cfg(unix)]
#[test]
fn another_build_that_speaks_otherwise_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    // Does everything as this build does, except that it takes turns by another protocol.
    let script = format!(
        "#!/bin/sh\nread -r line\ncase $line in\n\
         *turns*) echo '{{\"kind\":\"ready\",\"protocol\":99,\"version\":\"9.9.9\",\"bound\":false,\
         \"startup\":{{}},\"resident_bytes\":0,\"size\":{{}}}}'; cat >/dev/null ;;\n\
         *) echo \"$line\" | {} trial ;;\nesac\n",
        env!("CARGO_BIN_EXE_pwbench")
    );
    write(folder.path(), "other", script);
    let other = folder.path().join("other");
    std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o755)).expect("executable");
    let arguments = [
        "compare",
        "--pwbench",
        env!("CARGO_BIN_EXE_pwbench"),
        "--pwbench",
        "./other",
        "--runtime",
        "wasmi/lazy",
        "--blocks",
        "6",
        "--format",
        "json",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 1);
    let failure = json(&output)["cells"][0]["failure"].to_string();
    assert!(
        failure.contains("9.9.9") && failure.contains("protocol 99"),
        "{failure}"
    );
}

#[test]
fn stored_campaigns_of_one_machine_are_compared_as_they_are() {
    let folder = folder();
    for name in ["a", "b"] {
        let arguments = [
            "run",
            "--runtime",
            "wasmi/lazy",
            "--workload",
            "header-rewrite",
            "--blocks",
            "6",
            "--output",
            name,
            "--history",
            "history",
            "--no-report",
        ];
        let output = run(folder.path(), &arguments);
        assert!(
            matches!(output.status.code(), Some(0 | 3)),
            "{}",
            stderr(&output)
        );
    }
    if let Ok(history) = std::fs::read_to_string(folder.path().join("history/history.jsonl")) {
        let entry: Value =
            serde_json::from_str(history.lines().next().expect("a line")).expect("JSON");
        assert!(
            entry["figures"]["cpu"]["value"].as_f64() > Some(0.0),
            "{entry}"
        );
    }
    let (a, b) = ["a", "b"]
        .map(|name| support::campaign(&folder.path().join(name)))
        .into();
    let paths = [&a, &b].map(|path| path.to_str().expect("UTF-8").to_owned());
    let output = run(
        folder.path(),
        &["compare", &paths[0], &paths[1], "--format", "json"],
    );
    assert!(
        matches!(output.status.code(), Some(0 | 3)),
        "{}",
        stderr(&output)
    );
    let comparison = json(&output);
    assert_eq!(comparison["origin"], "stored");
    assert_eq!(comparison["cells"].as_array().map(Vec::len), Some(1));
    assert!(
        comparison["notes"][0]
            .as_str()
            .is_some_and(|note| note.contains("as they were stored"))
    );

    let file = b.join("campaign.json");
    let text = std::fs::read_to_string(&file).expect("campaign.json");
    let mut campaign: Value = serde_json::from_str(&text).expect("JSON");
    campaign["machine"]["cpu_model"] = "another one".into();
    std::fs::write(&file, campaign.to_string()).expect("written");
    let output = run(folder.path(), &["compare", &paths[0], &paths[1]]);
    expect_exit(&output, 3);
    assert!(
        stderr(&output).contains("different machines"),
        "{}",
        stderr(&output)
    );
}
