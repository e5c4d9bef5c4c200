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
    // The shared counter counts; it needs no variety.
    let mut filters = workloads
        .iter()
        .filter(|row| row["name"] != "shared-counter");
    assert!(
        filters.all(|row| row["exchanges"].as_u64() >= Some(200)),
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

#[test]
fn the_matrix_of_proposals_is_what_the_engines_did_just_now() {
    let folder = folder();
    let arguments = [
        "list",
        "--features",
        "--runtime",
        "wasmtime/cranelift,wasmer/singlepass,wasmi/lazy,native",
        "--format",
        "json",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 0);
    let matrix = json(&output);
    let proposals = matrix["proposals"].as_array().expect("proposals").len();
    let rows = matrix["runtimes"].as_array().expect("runtimes");
    // The native twin is no WebAssembly.
    assert_eq!(rows.len(), 3, "{rows:?}");
    let support = |runtime: &str, proposal: &str| {
        let row = rows.iter().find(|row| row["runtime"] == runtime);
        let findings = row.expect("probed")["findings"]
            .as_array()
            .expect("findings");
        assert_eq!(findings.len(), proposals);
        let finding = findings.iter().find(|found| found["proposal"] == proposal);
        finding.expect("a finding")["support"].clone()
    };
    // What compilers of plugins use by default must be found in every engine.
    for runtime in ["wasmtime/cranelift", "wasmer/singlepass", "wasmi/lazy"] {
        for proposal in [
            "mutable-globals",
            "sign-extension",
            "saturating-float-to-int",
            "multi-value",
            "bulk-memory",
            "reference-types",
        ] {
            assert_eq!(support(runtime, proposal), "yes", "{runtime}: {proposal}");
        }
    }
    // And an engine without a proposal is told from one that has it.
    assert_eq!(support("wasmtime/cranelift", "simd"), "yes");
    assert_eq!(support("wasmer/singlepass", "simd"), "no");
}

#[test]
fn facts_about_an_engine_come_with_their_source_and_date() {
    let folder = folder();
    let output = run(folder.path(), &["list", "--about", "wamr/aot"]);
    expect_exit(&output, 0);
    let text = stdout(&output);
    for words in ["Licence", "Security policy", "https://", "2026-"] {
        assert!(text.contains(words), "{words} is missing in\n{text}");
    }
    let output = run(folder.path(), &["list", "--about", "--format", "json"]);
    expect_exit(&output, 0);
    let engines = json(&output)["engines"].as_array().expect("engines").len();
    assert!(engines >= 11, "{engines}");
    let output = run(folder.path(), &["list", "--about", "wasmtome"]);
    expect_exit(&output, 2);
    assert!(support::stderr(&output).contains("known are"));
}

#[test]
fn v8_is_listed_whether_it_is_built_in_or_not() {
    let folder = folder();
    let output = run(folder.path(), &["list", "--format", "json"]);
    expect_exit(&output, 0);
    let listing = json(&output);
    let rows = listing["runtimes"].as_array().expect("runtimes").iter();
    let rows: Vec<_> = rows.filter(|row| row["engine"] == "v8").collect();
    assert_eq!(rows.len(), 3, "{rows:?}");
    for row in rows {
        assert_eq!(row["available"], cfg!(feature = "v8"), "{row}");
        if cfg!(not(feature = "v8")) {
            assert_eq!(row["reason"], "built without feature v8");
            let remedy = row["remedy"].as_str().expect("a remedy");
            assert!(remedy.contains("--features v8"), "{remedy}");
            assert!(
                remedy.contains("scripts/engines/v8 cargo build"),
                "{remedy}"
            );
        }
    }
}

#[test]
fn a_variant_that_is_not_built_is_listed_with_the_command_that_builds_it() {
    let folder = folder();
    let output = run(folder.path(), &["list", "--format", "json"]);
    expect_exit(&output, 0);
    let listing = json(&output);
    let mut workloads = listing["workloads"].as_array().expect("workloads").iter();
    let coraza = workloads.find(|row| row["name"] == "waf-coraza");
    let build = &coraza.expect("waf-coraza")["builds"][0];
    assert_eq!(build["available"], false);
    assert_eq!(
        build["remedy"],
        "scripts/build-workloads waf-coraza go-wasm-opt"
    );
    let output = run(folder.path(), &["list", "--variants"]);
    expect_exit(&output, 0);
    assert!(stdout(&output).contains("scripts/build-workloads"));
}
