//! Sources, built with other flags.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::pasting::copied_commands_make_the_winner;
use crate::support::{campaign, folder, json, stderr};
use crate::{ended_well, skipped, too_busy, tune};

#[test]
fn a_rust_source_is_built_with_other_flags_and_checked_on_every_runtime() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("workloads/prime-check/rust");
    let folder = folder();
    let arguments = [
        &source.display().to_string(),
        "--workload",
        "prime-check",
        "--layer",
        "build",
        "--runtime",
        "wasmtime/winch,wasmi/eager",
        "--objective",
        "size",
        "--budget",
        "90s",
    ];
    let output = tune(folder.path(), &arguments);
    if stderr(&output).contains("cannot be built here") {
        assert_eq!(output.status.code(), Some(3));
        skipped("no toolchain for guests", "scripts/toolchains");
        return;
    }
    if too_busy(&output) {
        return;
    }
    ended_well(&output);
    let campaign = campaign(&folder.path().join("results"));
    let text = fs::read_to_string(campaign.join("summary.json")).expect("summary.json");
    let summary: Value = serde_json::from_str(&text).expect("JSON");
    let runtimes = summary["runtimes"].as_array().expect("runtimes");
    assert_eq!(runtimes.len(), 2);
    for runtime in runtimes {
        let rows = runtime["candidates"].as_array().expect("candidates");
        assert!(rows.len() > 2, "no flag was tried: {}", summary["missing"]);
        for row in rows {
            assert_ne!(row["fate"]["fate"], "failed", "{row}");
        }
    }
    copied_commands_make_the_winner(folder.path(), &summary);
}

/// Tunes a source of header-rewrite for its size, if its compiler is here, and pastes what is
/// printed.
fn tunes_a_source(file: &str, language: &str, toolchain: &str, budget: &str) {
    let folder = folder();
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("workloads/header-rewrite")
        .join(file);
    let arguments = [
        &source.display().to_string(),
        "--workload",
        "header-rewrite",
        "--layer",
        "build",
        "--objective",
        "size",
        "--budget",
        budget,
        "--format",
        "json",
    ];
    let output = tune(folder.path(), &arguments);
    if stderr(&output).contains("cannot be built here") {
        assert_eq!(output.status.code(), Some(3));
        skipped(
            &format!("no toolchain for {language}"),
            &format!("scripts/language-toolchains {toolchain}"),
        );
        return;
    }
    if too_busy(&output) {
        return;
    }
    ended_well(&output);
    let summary = json(&output);
    let told = summary["language"].as_str().expect("a language");
    assert!(told.starts_with(language), "{told}");
    let rows = summary["runtimes"][0]["candidates"]
        .as_array()
        .expect("candidates");
    assert!(rows.len() > 2, "no flag was tried: {}", summary["missing"]);
    for row in rows {
        assert_ne!(row["fate"]["fate"], "failed", "{row}");
    }
    copied_commands_make_the_winner(folder.path(), &summary);
}

#[test]
fn a_c_file_is_tuned_and_its_commands_can_be_pasted() {
    tunes_a_source("c/filter.c", "C", "c", "12s");
}

#[test]
fn a_zig_file_is_tuned_and_its_commands_can_be_pasted() {
    tunes_a_source("zig/filter.zig", "Zig", "zig", "40s");
}

#[test]
fn an_assemblyscript_file_is_tuned_and_its_commands_can_be_pasted() {
    tunes_a_source(
        "assemblyscript/filter.ts",
        "AssemblyScript",
        "assemblyscript",
        "30s",
    );
}
