//! `pwbench inspect`: what a module needs and which runtimes take it, or what an artifact is.

mod artifact;
mod fitness;
mod module;

use std::fs;

use host_core::Artifact;

use crate::cli::InspectArgs;
use crate::error::{Error, Exit};

/// Shows a module or an artifact.
pub(super) fn inspect(arguments: &InspectArgs) -> Result<Exit, Error> {
    let bytes = fs::read(&arguments.file).map_err(Error::io(
        &arguments.file,
        "read",
        "check the path and its permissions",
    ))?;
    match Artifact::begins(&bytes) {
        true => artifact::inspect(arguments, &bytes),
        false => module::inspect(arguments, &bytes),
    }
}
