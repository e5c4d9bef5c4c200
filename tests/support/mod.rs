//! Runs the real binary and looks at what it leaves behind.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// The binary, with a cache folder of its own.
pub(crate) fn pwbench(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pwbench"));
    command
        .current_dir(folder)
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .env_remove("COLUMNS");
    command
}

/// A folder of a test's own.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Runs the binary to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    pwbench(folder)
        .args(arguments)
        .output()
        .expect("pwbench starts")
}

/// Standard output as text.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

/// Standard error as text.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Standard output as JSON.
pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}\n{}", stdout(output), stderr(output)))
}

/// Fails with everything that was printed unless the exit code is `code`.
pub(crate) fn expect_exit(output: &Output, code: i32) {
    assert_eq!(
        output.status.code(),
        Some(code),
        "stdout:\n{}\nstderr:\n{}",
        stdout(output),
        stderr(output)
    );
}

/// The one campaign under `results`.
pub(crate) fn campaign(results: &Path) -> PathBuf {
    let mut folders: Vec<PathBuf> = fs::read_dir(results)
        .unwrap_or_else(|error| panic!("{}: {error}", results.display()))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    assert_eq!(folders.len(), 1, "{folders:?}");
    folders.remove(0)
}

/// The trials of a campaign, one JSON value a line.
pub(crate) fn trials(campaign: &Path) -> Vec<Value> {
    let text = fs::read_to_string(campaign.join("trials.jsonl")).expect("trials.jsonl");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}

/// `campaign.json`.
pub(crate) fn campaign_json(campaign: &Path) -> Value {
    let text = fs::read_to_string(campaign.join("campaign.json")).expect("campaign.json");
    serde_json::from_str(&text).expect("JSON")
}

/// Writes a file of the test's own and answers its name.
pub(crate) fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> String {
    fs::write(folder.join(name), bytes).expect("written");
    name.to_owned()
}

/// A filter whose `proxy_on_request_headers` does `body`, which must leave an `i32`.
pub(crate) fn filter(body: &str) -> Vec<u8> {
    wat::parse_str(format!(
        r#"(module
            (memory (export "memory") 1)
            (func (export "proxy_abi_version_0_2_1"))
            (func (export "proxy_on_memory_allocate") (param i32) (result i32) i32.const 1024)
            (func (export "proxy_on_context_create") (param i32 i32))
            (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32) {body}))"#
    ))
    .expect("WAT")
}

/// Two plain requests as JSON lines.
pub(crate) const TRAFFIC: &str = r#"{"id":"one","request":{"method":"GET","scheme":"https","authority":"a.example","path":"/","headers":[["accept","*/*"]]},"response":{"status":200,"headers":[["server","x"]]}}
{"id":"two","request":{"method":"GET","scheme":"https","authority":"a.example","path":"/b","headers":[]},"response":{"status":404,"headers":[]}}
"#;
