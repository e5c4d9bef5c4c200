//! Engines that come as a library: named on the command line, or found.

use std::io::Write as _;
mod support;

use std::path::{Path, PathBuf};
use std::process::Output;

use support::{expect_exit, folder, json, pwbench, run, stderr, stdout};

/// Folders that scripts/engines fills, in the user's own cache.
fn cached(prefix: &str, file: &str) -> Option<PathBuf> {
    let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let base = base.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))?;
    let folders = std::fs::read_dir(base.join("pwbench/engines")).ok()?;
    let mut found: Vec<PathBuf> = folders
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| {
            entry
                .path()
                .join(format!("{file}{}", std::env::consts::DLL_SUFFIX))
        })
        .filter(|path| path.is_file())
        .collect();
    found.sort();
    found.pop()
}

fn verify(folder: &Path, variable: (&str, &Path), arguments: &[&str]) -> Output {
    let common = [
        "verify",
        "--no-conformance",
        "--format",
        "json",
        "--workload",
        "header-rewrite,prime-check",
        "--runtime",
    ];
    pwbench(folder)
        .env(variable.0, variable.1)
        .args(common)
        .args(arguments)
        .output()
        .expect("pwbench starts")
}

fn expect_all_agree(output: &Output, runtimes: &[&str]) {
    expect_exit(output, 0);
    let verification = json(output);
    let checks = verification["checks"].as_array().expect("checks");
    for runtime in runtimes {
        let own: Vec<_> = checks
            .iter()
            .filter(|check| check["runtime"] == *runtime)
            .collect();
        assert_eq!(own.len(), 2, "{runtime}: {verification}");
        assert!(own.iter().all(|check| check["passed"] == true), "{own:?}");
    }
}

#[test]
fn a_library_that_is_not_there_is_bad_input() {
    let folder = folder();
    let output = run(folder.path(), &["list", "--engine-lib", "nowhere/libx.so"]);
    expect_exit(&output, 2);
    let text = stderr(&output);
    assert!(
        text.contains("nowhere/libx.so: no engine library is there"),
        "{text}"
    );
    assert!(
        text.contains("help: give the path of a shared library"),
        "{text}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_library_without_the_interface_is_told_what_it_lacks() {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("Linux has it");
    let library = maps
        .lines()
        .filter_map(|line| line.split_ascii_whitespace().nth(5))
        .find(|path| path.contains("/libc.so"));
    let Some(library) = library else {
        let _ = writeln!(
            std::io::stdout(),
            "skipped: this program is not linked with a shared C library"
        );
        return;
    };
    let folder = folder();
    let output = run(folder.path(), &["run", "--engine-lib", library]);
    expect_exit(&output, 2);
    let text = stderr(&output);
    assert!(text.contains("exports no wasm_engine_new"), "{text}");
    assert!(
        text.contains("help: give a library built with its wasm-c-api"),
        "{text}"
    );
}

#[test]
fn a_library_is_a_runtime_named_after_its_file_and_agrees_with_the_reference() {
    let Some(library) = cached("wasm-c-api-libwasmtime-", "libwasmtime") else {
        let _ = writeln!(
            std::io::stdout(),
            "skipped: libwasmtime is not in the cache; run scripts/engines/wasm-c-api"
        );
        return;
    };
    let folder = folder();
    let path = library.to_str().expect("UTF-8");
    let output = run(folder.path(), &["list", "--limits", "--engine-lib", path]);
    expect_exit(&output, 0);
    let row = stdout(&output);
    let row = row
        .lines()
        .find(|line| line.contains("wasm-c-api/libwasmtime"));
    assert!(
        row.is_some_and(|row| row.contains("process boundary only")),
        "{}",
        stdout(&output)
    );
    // Trials are processes of their own and must open the same library.
    let variable = ("PWBENCH_ENGINE_LIBS", library.as_path());
    let output = verify(
        folder.path(),
        variable,
        &["wasm-c-api/*,wasmtime/cranelift"],
    );
    expect_all_agree(&output, &["wasm-c-api/libwasmtime", "wasmtime/cranelift"]);
}

#[test]
fn wasmedge_agrees_with_the_reference() {
    let Some(library) = cached("wasmedge-", "libwasmedge") else {
        let _ = writeln!(
            std::io::stdout(),
            "skipped: no WasmEdge is in the cache; run scripts/engines/wasmedge"
        );
        return;
    };
    let folder = folder();
    let variable = ("WASMEDGE_LIB", library.as_path());
    let output = verify(folder.path(), variable, &["wasmedge,wasmtime/cranelift"]);
    expect_all_agree(
        &output,
        &["wasmedge/interp", "wasmedge/aot", "wasmtime/cranelift"],
    );
}

#[test]
fn a_wasmedge_that_does_not_open_is_unavailable_with_the_reason() {
    let folder = folder();
    let output = pwbench(folder.path())
        .env("WASMEDGE_LIB", "/nowhere/libwasmedge.so")
        .args(["list", "--format", "json"])
        .output()
        .expect("pwbench starts");
    expect_exit(&output, 0);
    let listing = json(&output);
    let rows = listing["runtimes"].as_array().expect("runtimes");
    let row = rows
        .iter()
        .find(|row| row["runtime"] == "wasmedge/aot")
        .expect("a row");
    assert_eq!(row["available"], false);
    let reason = row["reason"].as_str().expect("a reason");
    assert!(
        reason.contains("WASMEDGE_LIB is /nowhere/libwasmedge.so"),
        "{reason}"
    );
}
