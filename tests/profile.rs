//! `pwbench profile` on real runtimes.

use std::io::Write as _;
mod support;

use std::fs;

use serde_json::Value;
use support::{TRAFFIC, expect_exit, filter, folder, json, run, stderr, stdout, write};

fn parts(profile: &Value, kind: &str) -> f64 {
    let parts = profile["parts"].as_array().expect("parts");
    let own = parts.iter().filter(|part| part["kind"] == kind);
    own.filter_map(|part| part["ns"].as_f64()).sum()
}

#[test]
fn host_calls_are_timed_by_name_and_the_parts_make_up_the_transaction() {
    let folder = folder();
    let arguments = [
        "profile",
        "--workload",
        "header-rewrite",
        "--runtime",
        "wasmtime/cranelift,wasmi/eager,native",
        "--time",
        "1",
        "--no-perf",
        "--format",
        "json",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 0);
    let all = json(&output);
    let profiles = all["profiles"].as_array().expect("profiles");
    assert!(profiles.len() >= 2, "{all}");
    for profile in profiles {
        let names: Vec<&str> = profile["parts"]
            .as_array()
            .expect("parts")
            .iter()
            .filter_map(|part| part["name"].as_str())
            .collect();
        assert!(names.contains(&"proxy_log"), "{names:?}");
        assert!(parts(profile, "host_call") > 0.0);
        // Clock readings are taken off, so the sum may miss a little, not half.
        let whole = profile["ns_per_transaction"].as_f64().expect("a time");
        let sum: f64 = ["guest", "allocator", "host_call", "engine", "host"]
            .iter()
            .map(|kind| parts(profile, kind))
            .sum();
        assert!(sum > 0.0 && whole > 0.0, "{sum} of {whole}");
        let svg = profile["flame_graph"].as_str().expect("a file");
        let svg = fs::read_to_string(folder.path().join(svg)).expect("written");
        assert!(
            svg.contains("<svg") && svg.contains("proxy_log"),
            "{}",
            svg.len()
        );
    }
}

#[test]
fn the_guests_functions_have_their_names_where_perf_is() {
    let folder = folder();
    let module = wat::parse_str(
        r#"(module
            (memory (export "memory") 1)
            (func (export "proxy_abi_version_0_2_1"))
            (func (export "proxy_on_memory_allocate") (param i32) (result i32) i32.const 1024)
            (func (export "proxy_on_context_create") (param i32 i32))
            (func $burn_much_time (param $left i32)
                (loop $again
                    (i64.store (i32.const 8) (i64.rotl (i64.load (i32.const 8)) (i64.const 3)))
                    (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))
            (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
                (call $burn_much_time (i32.const 20000)) (i32.const 0)))"#,
    )
    .expect("WAT");
    let module = write(folder.path(), "burn.wasm", module);
    let requests = write(folder.path(), "own.jsonl", TRAFFIC);
    for runtime in ["wasmtime/cranelift", "wasmtime/cranelift-aot"] {
        let arguments = [
            "profile",
            "--module",
            &module,
            "--requests",
            &requests,
            "--runtime",
            runtime,
            "--time",
            "1",
            "--format",
            "json",
        ];
        let output = run(folder.path(), &arguments);
        expect_exit(&output, 0);
        let profile = &json(&output)["profiles"][0];
        if profile["perf"]["samples"] == 0 {
            let _ = writeln!(std::io::stdout(), "skipped: {}", profile["perf"]["note"]);
            return;
        }
        let functions = profile["perf"]["functions"].as_array().expect("functions");
        let top = &functions[0];
        assert_eq!(top["kind"], "guest", "{runtime}: {functions:?}");
        let name = top["name"].as_str().expect("a name");
        assert!(name.contains("burn_much_time"), "{runtime}: {top}");
        assert!(top["share"].as_f64() > Some(0.5), "{runtime}: {top}");
        let svg = fs::read_to_string(folder.path().join("profile.svg")).expect("written");
        assert!(svg.contains("burn_much_time"), "{runtime}");
    }
}

#[test]
fn the_table_tells_where_the_flame_graph_is() {
    let folder = folder();
    let module = write(folder.path(), "own.wasm", filter("i32.const 0"));
    let requests = write(folder.path(), "own.jsonl", TRAFFIC);
    let arguments = [
        "profile",
        "--module",
        &module,
        "--requests",
        &requests,
        "--time",
        "1",
        "--no-perf",
    ];
    let output = run(folder.path(), &arguments);
    expect_exit(&output, 0);
    let text = stdout(&output);
    assert!(
        text.contains("profile.svg") && text.contains("proxy_on_request_headers"),
        "{text}"
    );
    let nowhere = [&arguments[..], &["--output", "no/such/folder.svg"]].concat();
    let output = run(folder.path(), &nowhere);
    expect_exit(&output, 2);
    assert!(
        stderr(&output).contains("no/such/folder.svg"),
        "{}",
        stderr(&output)
    );
}
