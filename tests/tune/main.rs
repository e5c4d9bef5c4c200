//! `pwbench tune` on real modules, sources and runtimes.

#[path = "../support/mod.rs"]
mod support;

mod endings;
mod engine_knobs;
mod passes;
mod pasting;
mod sources;

use std::io::Write as _;
use std::process::{Command, Output};

use support::stderr;

/// pwbench with the user's own cache, in which the toolchains live.
fn tune(folder: &std::path::Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pwbench"))
        .current_dir(folder)
        .arg("tune")
        .args(arguments)
        .output()
        .expect("pwbench starts")
}

/// Says that a test was skipped for want of something, which the remedy gets.
fn skipped(what: &str, remedy: &str) {
    let _ = writeln!(std::io::stdout(), "skipped: {what}: {remedy}");
}

/// Whether the machine was too busy for a budget that suffices on an idle one, which is then said.
fn too_busy(output: &Output) -> bool {
    let busy = output.status.code() == Some(2) && stderr(output).contains("give more --budget");
    if busy {
        say_busy();
    }
    busy
}

fn say_busy() {
    skipped("the machine is too busy", "run it on a quieter one");
}

/// A run is fine, or the machine was too unsteady for a verdict.
fn ended_well(output: &Output) {
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 3)), "{code:?}: {}", stderr(output));
}
