//! Choosing variants, and models for a person's own plugin.

mod support;

use support::{TRAFFIC, expect_exit, folder, json, run, stderr, write};

fn checks(arguments: &[&str]) -> Vec<(String, String, bool)> {
    let folder = folder();
    let common = [
        "verify",
        "--no-conformance",
        "--runtime",
        "wasmi/eager",
        "--format",
        "json",
    ];
    let output = run(folder.path(), &[&common, arguments].concat());
    expect_exit(&output, 0);
    let verification = json(&output);
    let rows = verification["checks"].as_array().expect("a list").iter();
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    rows.map(|row| {
        (
            text(&row["workload"]),
            text(&row["variant"]),
            row["passed"] == true,
        )
    })
    .collect()
}

fn passed(workload: &str, variant: &str) -> (String, String, bool) {
    (workload.to_owned(), variant.to_owned(), true)
}

#[test]
fn the_default_variant_takes_part_unless_others_are_asked_for() {
    assert_eq!(
        checks(&["--workload", "inference-mlp,inference-wasi-nn"]),
        [
            passed("inference-mlp", "scalar-128"),
            passed("inference-wasi-nn", "tract-128"),
        ]
    );
}

#[test]
fn patterns_choose_variants_of_every_workload_that_has_them() {
    let mut rows = checks(&["--variant", "s*-32", "--variant", "tract-32"]);
    rows.sort();
    assert_eq!(
        rows,
        [
            passed("inference-mlp", "scalar-32"),
            passed("inference-mlp", "simd-32"),
            passed("inference-wasi-nn", "tract-32"),
        ]
    );
}

#[test]
fn a_variant_that_there_is_not_is_refused_with_those_there_are() {
    let folder = folder();
    let arguments = [
        "verify",
        "--workload",
        "inference-mlp",
        "--variant",
        "vector-128",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 2);
    let text = stderr(&output);
    assert!(
        text.contains("no variant matches 'vector-128'")
            && text.contains("simd-128 (inference-mlp)"),
        "{text}"
    );
}

/// A filter that loads the model `mine`, or traps.
fn loader() -> Vec<u8> {
    wat::parse_str(
        r#"(module
            (import "wasi_ephemeral_nn" "load_by_name"
                (func $load (param i32 i32 i32) (result i32)))
            (memory (export "memory") 1)
            (data (i32.const 16) "mine")
            (func (export "proxy_abi_version_0_2_1"))
            (func (export "proxy_on_memory_allocate") (param i32) (result i32) i32.const 1024)
            (func (export "proxy_on_context_create") (param i32 i32))
            (func (export "proxy_on_configure") (param i32 i32) (result i32)
                (i32.eqz (call $load (i32.const 16) (i32.const 4) (i32.const 32)))))"#,
    )
    .expect("WAT")
}

#[test]
fn a_plugin_of_ones_own_finds_its_model_by_name() {
    let folder = folder();
    let path = folder.path();
    write(path, "loader.wasm", loader());
    write(path, "traffic.jsonl", TRAFFIC);
    write(
        path,
        "model.onnx",
        include_bytes!("../workloads/models/mlp-32.onnx"),
    );
    let common = ["verify", "--no-conformance", "--runtime", "wasmi/eager"];
    let own = ["--module", "loader.wasm", "--requests", "traffic.jsonl"];
    let verify = |model: &[&str]| run(path, &[&common[..], &own, model].concat());
    expect_exit(&verify(&["--model", "mine=model.onnx"]), 0);
    // Without the model the plugin refuses to start.
    assert_ne!(verify(&[]).status.code(), Some(0));
    for wrong in ["mine", "=model.onnx", "mine=", "mine=missing.onnx"] {
        expect_exit(&verify(&["--model", wrong]), 2);
    }
}
