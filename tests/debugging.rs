//! scripts/debug-guest stops a guest at a line of its source.
#![cfg(unix)]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

fn debug_guest(arguments: &[&str]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/debug-guest");
    Command::new(script)
        .args(arguments)
        .env("PWBENCH", env!("CARGO_BIN_EXE_pwbench"))
        .output()
        .expect("bash starts")
}

/// Whether something is missing, which is then said.
fn skipped(output: &Output) -> bool {
    let missing = output.status.code() == Some(3);
    if missing {
        let said = String::from_utf8_lossy(&output.stderr);
        let _ = writeln!(
            std::io::stdout(),
            "skipped: {}",
            said.trim().replace("; ", ": ")
        );
    }
    missing
}

fn stopped(output: &Output, function: &str, line: &str) {
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}");
    let top = text.lines().find(|line| line.starts_with("#0"));
    let top = top.unwrap_or_else(|| panic!("no backtrace: {text}"));
    assert!(top.contains(function) && text.contains(line), "{text}");
}

#[test]
fn gdb_stops_a_native_twin_at_a_line_of_its_source() {
    let output = debug_guest(&["--native"]);
    if !skipped(&output) {
        stopped(&output, "is_prime", "prime.rs:");
    }
}

#[test]
fn gdb_stops_a_guest_on_wasmtime_at_a_line_of_its_source() {
    let output = debug_guest(&[]);
    if !skipped(&output) {
        stopped(&output, "on_request_headers", "filter.c:");
        // A variable of the source, found in the guest's own memory: the path's length.
        let text = String::from_utf8_lossy(&output.stdout);
        let size = text.lines().find_map(|line| line.strip_prefix("size = "));
        let size = size.and_then(|size| size.trim().parse::<u32>().ok());
        assert!(
            size.is_some_and(|size| (1..1_000).contains(&size)),
            "{text}"
        );
    }
}
