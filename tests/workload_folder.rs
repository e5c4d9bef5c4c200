//! The worked example of docs/workloads.md: a workload that is a folder of one's own.

mod support;

use std::path::Path;

use support::{expect_exit, folder, json, run, stderr, stdout, write};

const MANIFEST: &str = r#"name = "greeting"
title = "Greeting"
description = "Greets every response."
root_id = ""
traffic = "traffic.jsonl"

[[variant]]
name = "rust"
language = "Rust"
module = "greeting.wasm"
"#;
const TRAFFIC: &str = r#"{"request":{"method":"GET","path":"/"},"expect":{"forwarded":{"request_headers":[],"response_status":200,"response_headers":[["hi","trendyol!"],["x-wasm-custom","FOO"]]}}}
"#;

#[test]
fn the_documentation_has_these_very_files() {
    let page = include_str!("../docs/workloads.md");
    assert!(page.contains(MANIFEST) && page.contains(TRAFFIC));
}

/// A folder `greeting` with a module, its traffic and its manifest.
fn greeting(path: &Path, manifest: &str) {
    let folder = path.join("greeting");
    std::fs::create_dir_all(&folder).expect("a folder");
    let module = include_bytes!("../workloads/prebuilt/add-headers-rust-raw.wasm");
    write(&folder, "greeting.wasm", module);
    write(&folder, "traffic.jsonl", TRAFFIC);
    write(&folder, "workload.toml", manifest);
}

#[test]
fn a_folder_of_ones_own_is_measured_like_a_built_in_workload() {
    let folder = folder();
    greeting(folder.path(), MANIFEST);
    let arguments = [
        "run",
        "--workload-dir",
        "greeting",
        "--runtime",
        "wasmi/eager,wasmtime/winch",
        "--blocks",
        "1",
        "--format",
        "json",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 0);
    let summary = json(&output);
    let group = &summary["groups"][0];
    assert_eq!(group["workload"], "greeting");
    let cells = group["cells"].as_array().expect("cells");
    assert_eq!(cells.len(), 2, "{group}");
    for cell in cells {
        assert_eq!(cell["check"]["matched"], 1, "{cell}");
        assert_eq!(cell["blocks"], 1, "{cell}");
    }
}

#[test]
fn it_may_stand_beside_built_in_ones_but_not_under_their_names() {
    let folder = folder();
    greeting(folder.path(), MANIFEST);
    let arguments = [
        "verify",
        "--no-conformance",
        "--workload-dir",
        "greeting",
        "--workload",
        "prime-check",
        "--runtime",
        "wasmi/eager",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 0);
    let text = stdout(&output);
    assert!(
        text.contains("greeting") && text.contains("prime-check"),
        "{text}"
    );
    greeting(
        folder.path(),
        &MANIFEST.replace("\"greeting\"", "\"prime-check\""),
    );
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 2);
    assert!(stderr(&output).contains("two workloads are named 'prime-check'"));
}

#[test]
fn what_is_wrong_with_it_is_told_by_file_and_field() {
    let folder = folder();
    let without = |line: &str| MANIFEST.replace(line, "");
    for (manifest, expected) in [
        (without("name = \"greeting\"\n"), "missing field `name`"),
        (MANIFEST.replace("root_id", "root"), "unknown field `root`"),
        (
            without("module = \"greeting.wasm\"\n"),
            "variant 'rust', module: there is none",
        ),
        (
            MANIFEST.replace("greeting.wasm", "none.wasm"),
            "none.wasm: cannot be read",
        ),
        (
            MANIFEST.replace("traffic.jsonl", "workload.toml"),
            "workload.toml, line 1",
        ),
        (
            MANIFEST.replace("name = \"greeting\"", "name = \"Gr ee\""),
            "name: 'Gr ee' is not a name",
        ),
        (
            format!("{MANIFEST}[[variant]]\nname = \"rust\"\nmodule = \"greeting.wasm\"\n"),
            "it is the second of this name",
        ),
        (
            format!("{MANIFEST}[[model]]\nname = \"m\"\nfile = \"none.onnx\"\n"),
            "none.onnx: cannot be read",
        ),
        (
            format!("{MANIFEST}[[variant]]\nname = \"b\"\nof = \"c\"\n"),
            "no variant before it is named 'c'",
        ),
    ] {
        greeting(folder.path(), &manifest);
        let output = run(folder.path(), &["verify", "--workload-dir", "greeting"]);
        expect_exit(&output, 2);
        let text = stderr(&output);
        assert!(
            text.contains("greeting") && text.contains(expected),
            "{expected}: {text}"
        );
        assert!(text.contains("help: "), "{text}");
    }
    let output = run(folder.path(), &["verify", "--workload-dir", "nowhere"]);
    expect_exit(&output, 2);
    assert!(stderr(&output).contains("nowhere/workload.toml: cannot be read"));
}
