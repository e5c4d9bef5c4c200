//! The cargo that runs inside a build script.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::error::BuildError;

/// What a build script inherits from the cargo that runs it and from whoever
/// started that, and what would change or break the guest's build: compiler
/// flags, wrappers such as clippy's driver, profile settings.
fn is_foreign(name: &str) -> bool {
    const NAMES: [&str; 7] = [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "CLIPPY_ARGS",
    ];
    const PREFIXES: [&str; 3] = ["CARGO_PROFILE_", "CARGO_FEATURE_", "CARGO_CFG_"];
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Apple's linker refuses undefined symbols unless told to look them up at load.
fn link_flags(target: &str) -> &'static str {
    if target.contains("apple") {
        "-Clink-arg=-undefined\x1f-Clink-arg=dynamic_lookup"
    } else {
        ""
    }
}

/// Runs `cargo build` on the guest and returns its messages, one JSON object a line.
pub(crate) fn build(
    crate_dir: &Path,
    features: &[&str],
    out_dir: &Path,
) -> Result<String, BuildError> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = env::var("TARGET").ok();
    let mut command = Command::new(cargo);
    command
        .args(["build", "--release", "--locked", "--quiet"])
        .arg("--message-format=json-render-diagnostics")
        .arg("--manifest-path")
        .arg(crate_dir.join("Cargo.toml"))
        // Never the outer build's folder: that cargo holds its lock.
        .arg("--target-dir")
        .arg(out_dir)
        .args(["--features", &features.join(",")]);
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(is_foreign) {
            command.env_remove(&name);
        }
    }
    if let Some(target) = &target {
        command.args(["--target", target]);
        command.env("CARGO_ENCODED_RUSTFLAGS", link_flags(target));
    }
    let output = command.output().map_err(BuildError::Start)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(BuildError::Failed {
        crate_dir: crate_dir.to_path_buf(),
        error: first_error(&String::from_utf8_lossy(&output.stderr)),
    })
}

/// The line that says what went wrong, or the last one when none does.
fn first_error(text: &str) -> String {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .clone()
        .find(|line| line.starts_with("error"))
        .or_else(|| lines.next_back())
        .unwrap_or("cargo said nothing")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_the_first_error_line() {
        let text = "warning: unused\nerror[E0432]: unresolved import\nerror: aborting\n";
        assert_eq!(first_error(text), "error[E0432]: unresolved import");
        assert_eq!(first_error("\n  killed \n"), "killed");
        assert_eq!(first_error(""), "cargo said nothing");
    }

    #[test]
    fn keeps_the_outer_build_out() {
        assert!(is_foreign("CARGO_ENCODED_RUSTFLAGS"));
        assert!(is_foreign("RUSTC_WORKSPACE_WRAPPER"));
        assert!(is_foreign("CARGO_PROFILE_RELEASE_LTO"));
        assert!(!is_foreign("CARGO_HOME"));
        assert!(!is_foreign("RUSTUP_TOOLCHAIN"));
    }

    #[test]
    fn only_apple_needs_link_flags() {
        assert_eq!(link_flags("x86_64-unknown-linux-gnu"), "");
        assert!(link_flags("aarch64-apple-darwin").contains("dynamic_lookup"));
    }
}
