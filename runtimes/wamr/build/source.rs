//! Where the C tree is.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The package whose files hold the tree.
const CRATE: &str = "wamrx-sys";

/// The folder with core/version.h.
pub(crate) fn root() -> Result<PathBuf, String> {
    let root = match env::var_os("WAMR_ROOT") {
        Some(given) => PathBuf::from(given),
        None => crate_folder()?.join("wasm-micro-runtime"),
    };
    if root.join("core/version.h").is_file() {
        Ok(root)
    } else {
        Err(format!(
            "{} is no checkout of WAMR: it lacks core/version.h; correct or unset WAMR_ROOT",
            root.display()
        ))
    }
}

/// The version in core/version.h, `major.minor.patch`.
pub(crate) fn version(root: &Path) -> Result<String, String> {
    let path = root.join("core/version.h");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let number = |part: &str| {
        text.lines()
            .filter_map(|line| line.strip_prefix("#define WAMR_VERSION_"))
            .find_map(|line| line.strip_prefix(part))
            .map(|rest| rest.trim().to_owned())
            .ok_or_else(|| format!("{} names no WAMR_VERSION_{part}", path.display()))
    };
    Ok([number("MAJOR")?, number("MINOR")?, number("PATCH")?].join("."))
}

/// Where cargo unpacked or vendored the package. It is never built, so that cargo may not
/// have fetched it yet: asked without `--offline`, `cargo metadata` does.
fn crate_folder() -> Result<PathBuf, String> {
    let mut refused = String::new();
    for offline in [&["--offline"][..], &[]] {
        let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["metadata", "--locked", "--format-version", "1"])
            .args(offline)
            .output()
            .map_err(|error| format!("cargo metadata: {error}"))?;
        if output.status.success() {
            return package_folder(&output.stdout);
        }
        refused = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    }
    Err(format!(
        "cargo cannot find the sources of {CRATE} ({refused}); run `cargo fetch`, or set \
         WAMR_ROOT to a checkout of WAMR"
    ))
}

fn package_folder(metadata: &[u8]) -> Result<PathBuf, String> {
    let metadata: Value = serde_json::from_slice(metadata).map_err(|error| error.to_string())?;
    metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|package| package["name"] == CRATE)
        .and_then(|package| Path::new(package["manifest_path"].as_str()?).parent())
        .map(Path::to_path_buf)
        .ok_or_else(|| format!("cargo metadata names no {CRATE}"))
}
