//! Why a guest has no shared library, with the remedy.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a guest crate could not be built for the host.
#[derive(Debug)]
pub enum BuildError {
    /// A file that every guest crate has is not there.
    Missing(PathBuf),
    /// cargo could not be started.
    Start(io::Error),
    /// cargo ran and failed; the text is its first error.
    Failed {
        /// The folder of the guest crate.
        crate_dir: PathBuf,
        /// cargo's or the compiler's first error line.
        error: String,
    },
    /// The build went well but made no shared library.
    NoSharedLibrary(PathBuf),
}

impl BuildError {
    /// What the person who builds can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Missing(_) => {
                "check the tree out again: a guest crate has Cargo.toml, Cargo.lock and src/"
            }
            Self::Start(_) => "put cargo on the PATH and build again",
            Self::Failed { .. } => {
                "run `cargo build --release --locked` in the guest crate to see the whole error; \
                 it needs its dependencies (network or cargo's cache) and a target that has shared libraries"
            }
            Self::NoSharedLibrary(_) => {
                "add `[lib] crate-type = [\"cdylib\"]` to the guest's Cargo.toml"
            }
        }
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(path) => write!(f, "{} is missing", path.display()),
            Self::Start(error) => write!(f, "cargo did not start: {error}"),
            Self::Failed { crate_dir, error } => {
                write!(f, "building {} failed: {error}", crate_dir.display())
            }
            Self::NoSharedLibrary(crate_dir) => {
                write!(f, "{} makes no shared library", crate_dir.display())
            }
        }
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Start(error) => Some(error),
            _ => None,
        }
    }
}
