//! Builds a guest crate for the host instead of WebAssembly: its native twin.
//!
//! The same crate, unchanged, becomes a shared library that exports the
//! `proxy_on_*` callbacks and leaves the `proxy_*` host calls undefined, to be
//! found in whatever program opens it. Meant for build scripts:
//!
//! ```no_run
//! # use std::path::Path;
//! match guest_build::host_library(Path::new("guest"), &[], Path::new("out")) {
//!     Ok(library) => println!("cargo::rustc-env=TWIN={}", library.display()),
//!     Err(error) => println!("cargo::warning=no native twin: {error}"),
//! }
//! ```
#![forbid(unsafe_code)]

mod artifact;
mod error;
mod nested_cargo;

pub use error::BuildError;

use std::path::{Path, PathBuf};

/// Builds the guest crate in `crate_dir` (release profile, `--locked`) for the
/// target of the build script that calls this, with these `features`, and returns
/// the path of the shared library, which stays in `out_dir`.
///
/// Guests that share an `out_dir` share their compiled dependencies; the same
/// crate with other features replaces the library. Tells
/// cargo to run the build script again when the crate changes.
///
/// # Errors
/// When the crate has no manifest or lock file, when cargo cannot be started or
/// fails (no network, a target without shared libraries), or when the crate
/// makes no `cdylib`. None of them should fail the caller's build: a native
/// twin is welcome, not needed.
pub fn host_library(
    crate_dir: &Path,
    features: &[&str],
    out_dir: &Path,
) -> Result<PathBuf, BuildError> {
    for part in ["Cargo.toml", "Cargo.lock", "src"] {
        let path = crate_dir.join(part);
        println!("cargo::rerun-if-changed={}", path.display());
        if !path.exists() {
            return Err(BuildError::Missing(path));
        }
    }
    let messages = nested_cargo::build(crate_dir, features, out_dir)?;
    artifact::shared_library(&messages)
        .ok_or_else(|| BuildError::NoSharedLibrary(crate_dir.to_path_buf()))
}
