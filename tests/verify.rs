//! `pwbench verify`.

mod support;

use support::{expect_exit, folder, json, run, stdout};

#[test]
fn one_runtime_conforms_and_agrees() {
    let folder = folder();
    let arguments = [
        "verify",
        "--runtime",
        "wasmtime/cranelift",
        "--workload",
        "header-rewrite",
        "--format",
        "json",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 0);
    let verification = json(&output);
    assert_eq!(verification["passed"], true);
    let row = &verification["conformance"][0];
    assert_eq!(row["runtime"], "wasmtime/cranelift");
    assert!(
        row["passed"].as_u64() > Some(50) && row["failed"] == 0,
        "{row}"
    );
    let check = &verification["checks"][0];
    assert_eq!(check["matched"], check["exchanges"], "{check}");
    assert!(
        check["host_calls"]["proxy_get_header_map_pairs"].as_u64() > Some(0),
        "{check}"
    );
}

#[test]
fn checks_alone_are_shown_as_a_table() {
    let folder = folder();
    let output = run(
        folder.path(),
        &["verify", "--runtime", "wasmi/lazy", "--no-conformance"],
    );
    expect_exit(&output, 0);
    let text = stdout(&output);
    assert!(
        text.contains("prime-check") && text.contains("All passed."),
        "{text}"
    );
}
