//! `pwbench inspect`.

mod support;

use std::path::PathBuf;

use support::{expect_exit, filter, folder, json, run, stderr, stdout, write};

fn prebuilt(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("workloads/prebuilt")
        .join(name);
    path.to_string_lossy().into_owned()
}

#[test]
fn a_prebuilt_module_is_described_and_every_runtime_here_takes_it() {
    let folder = folder();
    let output = run(
        folder.path(),
        &["inspect", &prebuilt("prime-check.wasm"), "--format", "json"],
    );
    expect_exit(&output, 0);
    let inspection = json(&output);
    assert_eq!(inspection["abi_version"], "0.2.1");
    assert_eq!(inspection["allocator"], "proxy_on_memory_allocate");
    let imports = inspection["imports"].as_array().expect("imports");
    assert!(
        imports
            .iter()
            .any(|import| import["name"] == "env.proxy_send_local_response"),
        "{imports:?}"
    );
    let runtimes = inspection["runtimes"].as_array().expect("runtimes");
    let here = |row: &&serde_json::Value| {
        let reason = row["reason"].as_str().unwrap_or_default();
        !reason.starts_with("not available here")
    };
    let here: Vec<_> = runtimes.iter().filter(here).collect();
    assert!(here.len() >= 12, "{runtimes:?}");
    for row in here {
        assert_eq!(row["takes"], true, "{row}");
    }
}

#[test]
fn what_a_runtime_lacks_is_named_where_a_module_needs_it() {
    let folder = folder();
    let simd = filter("(i32x4.extract_lane 0 (i32x4.splat (i32.const 0)))");
    let module = write(folder.path(), "simd.wasm", simd);
    let output = run(folder.path(), &["inspect", &module, "--format", "json"]);
    expect_exit(&output, 0);
    let inspection = json(&output);
    assert_eq!(inspection["features"][0], "simd");
    let rows = inspection["runtimes"].as_array().expect("runtimes");
    let row = |runtime: &str| {
        rows.iter()
            .find(|row| row["runtime"] == runtime)
            .expect("a row")
    };
    assert_eq!(row("wasmtime/cranelift")["takes"], true);
    assert_eq!(
        row("wasmtime/cranelift")["lacks"].as_array().map(Vec::len),
        Some(0)
    );
    assert_eq!(row("wasmer/singlepass")["takes"], false);
    assert_eq!(row("wasmer/singlepass")["lacks"][0]["proposal"], "simd");
}

#[test]
fn the_table_shows_the_same_facts() {
    let folder = folder();
    let module = write(folder.path(), "small.wasm", filter("i32.const 0"));
    let output = run(folder.path(), &["inspect", &module]);
    expect_exit(&output, 0);
    let text = stdout(&output);
    for words in [
        "ABI version",
        "0.2.1",
        "proxy_on_request_headers",
        "wasmi/eager",
    ] {
        assert!(text.contains(words), "{words} is missing in\n{text}");
    }
}

#[test]
fn garbage_and_missing_files_are_bad_input_with_a_remedy() {
    let folder = folder();
    let garbage = write(folder.path(), "garbage.wasm", b"this is no module");
    let output = run(folder.path(), &["inspect", &garbage]);
    expect_exit(&output, 2);
    assert!(
        stderr(&output).contains("error: garbage.wasm"),
        "{}",
        stderr(&output)
    );
    let output = run(folder.path(), &["inspect", "absent.wasm"]);
    expect_exit(&output, 2);
    let text = stderr(&output);
    assert!(
        text.contains("absent.wasm") && text.contains("help: "),
        "{text}"
    );
}

#[test]
fn a_module_with_foreign_imports_is_refused_by_their_names() {
    let folder = folder();
    let foreign = wat::parse_str(
        r#"(module (import "env" "launch_rockets" (func)) (func (export "proxy_abi_version_0_2_1")))"#,
    )
    .expect("WAT");
    let module = write(folder.path(), "foreign.wasm", foreign);
    let output = run(folder.path(), &["inspect", &module]);
    expect_exit(&output, 2);
    assert!(
        stderr(&output).contains("launch_rockets"),
        "{}",
        stderr(&output)
    );
}
