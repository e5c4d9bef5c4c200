//! `pwbench list`.

mod support;

use support::{expect_exit, folder, json, run, stdout};

#[test]
fn list_names_runtimes_and_workloads() {
    let folder = folder();
    let output = run(folder.path(), &["list"]);
    expect_exit(&output, 0);
    let text = stdout(&output);
    for name in [
        "wasmtime/cranelift",
        "wasmer/singlepass-aot",
        "wasmi/lazy",
        "native",
        "header-rewrite",
        "prime-check",
    ] {
        assert!(text.contains(name), "{name} is missing in\n{text}");
    }
}

#[test]
fn list_as_json_has_the_documented_fields_in_their_order() {
    let folder = folder();
    let output = run(folder.path(), &["list", "--format", "json"]);
    expect_exit(&output, 0);
    let listing = json(&output);
    let runtimes = listing["runtimes"].as_array().expect("runtimes");
    let reference = runtimes
        .iter()
        .find(|row| row["runtime"] == "wasmtime/cranelift")
        .expect("the reference");
    assert_eq!(reference["available"], true);
    assert_eq!(reference["kind"], "jit");
    let workloads = listing["workloads"].as_array().expect("workloads");
    assert!(
        workloads
            .iter()
            .all(|row| row["exchanges"].as_u64() >= Some(200)),
        "{workloads:?}"
    );
    let text = stdout(&output);
    let order = [
        "\"runtime\"",
        "\"engine\"",
        "\"version\"",
        "\"mode\"",
        "\"kind\"",
        "\"available\"",
        "\"deadline\"",
    ];
    let places: Vec<_> = order
        .iter()
        .map(|field| text.find(field).expect("a documented field"))
        .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn limits_are_shown_on_demand() {
    let folder = folder();
    let output = run(folder.path(), &["list", "--limits"]);
    expect_exit(&output, 0);
    assert!(stdout(&output).contains("epoch"), "{}", stdout(&output));
}
