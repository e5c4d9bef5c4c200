//! `pwbench compile`, and what can be done with an artifact.

mod support;

use std::fs;
use std::path::Path;

use support::{
    TRAFFIC, campaign, campaign_json, expect_exit, filter, folder, json, run, stderr, stdout, write,
};

const RUNTIME: &str = "wasmtime/winch-aot";

/// A module and its artifact in `folder`.
fn compiled(folder: &Path, extra: &[&str]) -> (String, String) {
    let module = write(folder, "plugin.wasm", filter("i32.const 0"));
    let arguments = [
        &["compile", &module, "--runtime", RUNTIME, "-o", "plugin.aot"],
        extra,
    ];
    expect_exit(&run(folder, &arguments.concat()), 0);
    (module, "plugin.aot".to_owned())
}

#[test]
fn an_artifact_tells_what_it_is_and_that_it_loads() {
    let folder = folder();
    let (module, artifact) = compiled(folder.path(), &[]);
    let output = run(folder.path(), &["inspect", &artifact, "--format", "json"]);
    expect_exit(&output, 0);
    let facts = json(&output);
    assert_eq!(facts["runtime"], RUNTIME);
    assert_eq!(
        (&facts["loads"], &facts["tried"]),
        (&true.into(), &false.into())
    );
    assert_eq!(facts["deadline"], false);
    let inspected = json(&run(
        folder.path(),
        &["inspect", &module, "--format", "json"],
    ));
    assert_eq!(facts["module_sha256"], inspected["sha256"]);

    let arguments = ["inspect", &artifact, "--module", &module];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 0);
    assert!(
        stdout(&output).contains("it was loaded"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn a_campaign_loads_the_artifact_that_it_is_given_and_says_so() {
    let folder = folder();
    let (module, artifact) = compiled(folder.path(), &[]);
    let requests = write(folder.path(), "own.jsonl", TRAFFIC);
    let arguments = [
        "run",
        "--module",
        &module,
        "--requests",
        &requests,
        "--artifact",
        &artifact,
        "--runtime",
        RUNTIME,
        "--blocks",
        "1",
    ];
    expect_exit(&run(folder.path(), &arguments), 0);
    let campaign = campaign_json(&campaign(&folder.path().join("results")));
    let included = campaign["runtimes"][0]["compile_included"].as_str();
    assert!(
        included.is_some_and(|text| text.contains("the artifact plugin.aot was given")),
        "{included:?}"
    );
}

#[test]
fn artifacts_that_do_not_fit_are_refused_with_the_reason_before_anything_runs() {
    let folder = folder();
    let (module, artifact) = compiled(folder.path(), &[]);
    let requests = write(folder.path(), "own.jsonl", TRAFFIC);
    let bytes = fs::read(folder.path().join(&artifact)).expect("an artifact");
    let cut = write(folder.path(), "cut.aot", &bytes[..bytes.len() / 2]);
    let other = write(folder.path(), "other.wasm", filter("i32.const 1"));
    for (module, artifact, runtime, deadline, reason) in [
        (&module, &cut, RUNTIME, "", "truncated or damaged"),
        (&other, &artifact, RUNTIME, "", "another module"),
        (&module, &module, RUNTIME, "", "not an artifact"),
        (&module, &artifact, "wasmi", "", "takes no part"),
        (&module, &artifact, RUNTIME, "50", "settings"),
    ] {
        let mut arguments = vec![
            "run",
            "--module",
            module,
            "--requests",
            &requests,
            "--artifact",
            artifact,
            "--runtime",
            runtime,
            "--blocks",
            "1",
        ];
        if !deadline.is_empty() {
            arguments.extend(["--deadline", deadline]);
        }
        let output = run(folder.path(), &arguments);
        expect_exit(&output, 2);
        let text = stderr(&output);
        assert!(
            text.contains(reason) && text.contains("help: "),
            "{reason}: {text}"
        );
    }
    let arguments = [
        "verify",
        "--module",
        &module,
        "--requests",
        &requests,
        "--artifact",
        &artifact,
        "--artifact",
        &artifact,
        "--runtime",
        RUNTIME,
        "--no-conformance",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 2);
    assert!(
        stderr(&output).contains("leave one out"),
        "{}",
        stderr(&output)
    );
    assert!(!folder.path().join("results").exists());
}

#[test]
fn an_artifact_of_another_version_is_described_and_said_not_to_load() {
    use host_core::{Artifact, ArtifactMaker};
    let folder = folder();
    let stale = |runtime: &str| {
        let maker = ArtifactMaker {
            runtime: runtime.to_owned(),
            version: "1.0.0".to_owned(),
            settings: "epoch off, fuel off".to_owned(),
        };
        Artifact::seal(&maker, [7; 32], b"machine code")
    };
    for (runtime, reason) in [
        (RUNTIME, "engine version `1.0.0`"),
        ("elsewhere/aot", "not built in"),
        ("wasmi/eager", "no artifacts"),
    ] {
        let file = write(folder.path(), "stale.aot", stale(runtime));
        let output = run(folder.path(), &["inspect", &file, "--format", "json"]);
        expect_exit(&output, 0);
        let facts = json(&output);
        assert_eq!(facts["loads"], false);
        let found = facts["reason"].as_str().unwrap_or_default();
        assert!(found.contains(reason), "{found}");
    }
    let whole = stale(RUNTIME);
    let file = write(folder.path(), "cut.aot", &whole[..whole.len() - 1]);
    let output = run(folder.path(), &["inspect", &file]);
    expect_exit(&output, 2);
    assert!(stderr(&output).contains("truncated"), "{}", stderr(&output));
}

#[test]
fn an_artifact_is_tried_with_its_own_module_only() {
    let folder = folder();
    let (module, artifact) = compiled(folder.path(), &[]);
    let other = write(folder.path(), "other.wasm", filter("i32.const 1"));
    let arguments = ["inspect", &artifact, "--module", &other];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 0);
    assert!(
        stdout(&output).contains("another module"),
        "{}",
        stdout(&output)
    );
    for bad in ["absent.wasm", &artifact] {
        let output = run(folder.path(), &["inspect", &artifact, "--module", bad]);
        expect_exit(&output, 2);
    }
    let output = run(folder.path(), &["inspect", &module, "--module", &module]);
    expect_exit(&output, 2);
    assert!(
        stderr(&output).contains("not an artifact"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn with_a_deadline_the_checks_are_compiled_in() {
    let folder = folder();
    let (_, artifact) = compiled(folder.path(), &["--deadline", "50"]);
    let output = run(folder.path(), &["inspect", &artifact, "--format", "json"]);
    assert_eq!(json(&output)["deadline"], true);
}

#[test]
fn a_runtime_without_artifacts_says_so_with_those_that_have_them() {
    let folder = folder();
    let module = write(folder.path(), "plugin.wasm", filter("i32.const 0"));
    for runtime in ["wasmi/eager", "wasmtime/winch", "wasmer", "native"] {
        let arguments = ["compile", &module, "--runtime", runtime, "-o", "x.aot"];
        let output = run(folder.path(), &arguments);
        expect_exit(&output, 2);
        let text = stderr(&output);
        assert!(
            text.contains("no artifacts") && text.contains(RUNTIME),
            "{text}"
        );
    }
    let arguments = [
        "compile",
        &module,
        "--runtime",
        "wasmtime/winsh-aot",
        "-o",
        "x.aot",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 2);
    assert!(
        stderr(&output).contains("did you mean"),
        "{}",
        stderr(&output)
    );
    assert!(!folder.path().join("x.aot").exists());
}

#[test]
fn bad_modules_and_places_are_bad_input_and_leave_nothing_behind() {
    let folder = folder();
    let module = write(folder.path(), "plugin.wasm", filter("i32.const 0"));
    let garbage = write(folder.path(), "garbage.wasm", b"no module");
    for (file, output) in [
        (garbage.as_str(), "x.aot"),
        ("absent.wasm", "x.aot"),
        (module.as_str(), "absent/x.aot"),
    ] {
        let arguments = ["compile", file, "--runtime", RUNTIME, "-o", output];
        let output = run(folder.path(), &arguments);
        expect_exit(&output, 2);
        assert!(
            stderr(&output).starts_with("error: "),
            "{}",
            stderr(&output)
        );
    }
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .expect("the folder")
        .filter_map(|entry| entry.expect("an entry").file_name().into_string().ok())
        .filter(|name| name != "cache")
        .collect();
    names.sort();
    assert_eq!(names, ["garbage.wasm", "plugin.wasm"]);
}
