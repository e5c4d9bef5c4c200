//! Opening the runtimes of the catalogue.
#![allow(dead_code)] // Not every test executable needs all.

use std::io::Write;
use std::process::Command;

use conformance::Subject;

/// The runtime under test, or `None`, with a line that says so, where it cannot run.
pub(crate) fn subject(id: &'static str) -> Option<Subject> {
    runtimes::keep_exports();
    let entry = runtimes::find(id).unwrap_or_else(|| panic!("{id} is not in the catalogue"));
    if let runtimes::Availability::Unavailable { reason, remedy } = entry.availability() {
        let _ = writeln!(std::io::stdout(), "skipped: {id}: {reason}; {remedy}");
        return None;
    }
    Some(
        Subject::new(move |options| runtimes::open(id, options))
            .expect("an available runtime opens"),
    )
}

/// Runs `body`, the test of this name, in a process of its own: V8's modes belong to the
/// process.
pub(crate) fn alone(test: &str, body: impl FnOnce()) {
    const ALONE: &str = "PWBENCH_TEST_ALONE";
    if std::env::var(ALONE).is_ok_and(|name| name == test) {
        return body();
    }
    let executable = std::env::current_exe().expect("this executable");
    let child = Command::new(executable)
        .args([test, "--exact", "--nocapture"])
        .env(ALONE, test)
        .output()
        .expect("this executable starts");
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(
        child.status.success() && said.contains("1 passed"),
        "{}\n{said}\n{}",
        child.status,
        String::from_utf8_lossy(&child.stderr)
    );
    for line in said.lines().filter(|line| line.starts_with("skipped: ")) {
        // Not `println!`, which the test harness keeps to itself.
        writeln!(std::io::stdout(), "{line}").expect("standard output");
    }
}
