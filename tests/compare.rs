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

/// Sides that do the same outcomes at any cost: the comparison names them and keeps its books.
fn compared(folder: &Path, arguments: &[&str], sides: [&str; 2]) -> Value {
    let mut all = vec!["compare", "--blocks", "6", "--format", "json"];
    all.extend(arguments);
    let output = run(folder, &all);
    // 1 is "slower", which two runtimes may well be; 3 an unsteady machine.
    assert!(
        matches!(output.status.code(), Some(0 | 1 | 3)),
        "{}",
        stderr(&output)
    );
    let comparison = json(&output);
    assert_eq!(comparison["origin"], "measured");
    for (side, wanted) in ["base", "new"].into_iter().zip(sides) {
        let name = comparison[side].as_str().expect("a name");
        assert!(name.ends_with(wanted), "{name}");
    }
    let cell = &comparison["cells"][0];
    assert_eq!(cell["failure"], Value::Null, "{cell:#}");
    assert_eq!(cell["answers"][0]["ratio"]["n"], 6, "{cell:#}");
    comparison
}

#[test]
fn two_runtimes_are_compared_on_every_workload() {
    let folder = folder();
    let arguments = [
        "--runtime",
        "wasmtime/cranelift-aot",
        "--runtime",
        "wasmi/eager",
    ];
    let comparison = compared(
        folder.path(),
        &arguments,
        ["wasmtime/cranelift-aot", "wasmi/eager"],
    );
    let answer = deciding(&comparison);
    // An interpreter takes several times as long as compiled code on any machine.
    assert!(
        answer["ratio"]["estimate"].as_f64() > Some(1.5),
        "{answer:#}"
    );
    assert!(answer["word"] == "slower" || answer["word"] == "undecided");
}

#[cfg(unix)]
#[test]
fn a_build_is_not_slower_than_its_own_copy() {
    let folder = folder();
    let (old, new) = (env!("CARGO_BIN_EXE_pwbench"), folder.path().join("copy"));
    std::fs::copy(old, &new).expect("a copy");
    let arguments = ["--pwbench", old, "--pwbench", "./copy"];
    let comparison = compared(folder.path(), &arguments, ["pwbench", "copy"]);
    assert_ne!(deciding(&comparison)["word"], "slower");
    for count in comparison["cells"][0]["counts"].as_array().expect("counts") {
        assert_eq!(count["base"], count["new"], "{count}");
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

/// Two campaigns of one workload on one runtime, in folders `a` and `b`.
fn two_campaigns(folder: &Path) -> [std::path::PathBuf; 2] {
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
        let output = run(folder, &arguments);
        assert!(
            matches!(output.status.code(), Some(0 | 3)),
            "{}",
            stderr(&output)
        );
    }
    ["a", "b"].map(|name| support::campaign(&folder.join(name)))
}

#[test]
fn campaigns_are_measured_again_where_they_can_be_and_else_compared_as_they_are() {
    let folder = folder();
    let [a, b] = two_campaigns(folder.path());
    if let Ok(history) = std::fs::read_to_string(folder.path().join("history/history.jsonl")) {
        let entry: Value =
            serde_json::from_str(history.lines().next().expect("a line")).expect("JSON");
        assert!(
            entry["figures"]["cpu"]["value"].as_f64() > Some(0.0),
            "{entry}"
        );
    }
    let paths = [&a, &b].map(|path| path.to_str().expect("UTF-8").to_owned());
    let compare = |further: &[&str]| {
        let mut arguments = vec!["compare", &paths[0], &paths[1], "--format", "json"];
        arguments.extend(further);
        run(folder.path(), &arguments)
    };
    let output = compare(&["--blocks", "6"]);
    assert!(
        matches!(output.status.code(), Some(0 | 3)),
        "{}",
        stderr(&output)
    );
    let comparison = json(&output);
    assert_eq!(comparison["origin"], "measured");
    let cell = &comparison["cells"][0];
    assert_eq!(cell["sittings"], 6, "{cell:#}");
    let label = cell["label"].as_str().expect("a label");
    assert!(label.contains("header-rewrite · wasmi/lazy"), "{label}");
    assert_ne!(deciding(&comparison)["word"], "slower");

    let output = compare(&["--stored"]);
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

    // Another module than then: what was stored is all there is.
    let file = b.join("campaign.json");
    let text = std::fs::read_to_string(&file).expect("campaign.json");
    let mut campaign: Value = serde_json::from_str(&text).expect("JSON");
    campaign["workloads"][0]["module_sha256"] = "00".into();
    std::fs::write(&file, campaign.to_string()).expect("written");
    let comparison = json(&compare(&[]));
    assert_eq!(comparison["origin"], "stored");
    let notes = comparison["notes"].to_string();
    assert!(notes.contains("are others now than in"), "{notes}");

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
