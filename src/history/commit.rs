//! Which commit was measured.

use std::process::{Command, Stdio};

/// Variables in which continuous integration names the commit, the most telling first.
const VARIABLES: [&str; 3] = ["PWBENCH_COMMIT_SHA", "GITHUB_SHA", "CI_COMMIT_SHA"];
/// Letters kept of it.
const KEPT: usize = 12;

/// The commit under test: what the environment says, else what is checked out here, else
/// nothing.
pub(super) fn commit() -> String {
    let told = VARIABLES
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    let text = told.or_else(checked_out).unwrap_or_default();
    text.chars()
        .filter(char::is_ascii_alphanumeric)
        .take(KEPT)
        .collect()
}

fn checked_out() -> Option<String> {
    let output = Command::new("git")
        .args(["rev-parse", "HEAD"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
