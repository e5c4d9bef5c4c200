//! Children of this program, on their own cores.

use std::path::Path;

use peers::{Cores, leashed, pinned};
use tokio::process::{Child, Command};

use crate::error::Error;

/// A command for this program that ends with it.
pub(crate) fn command(program: &Path) -> Command {
    let mut command = Command::from(leashed(program));
    // The terminal's Ctrl-C is the parent's to handle.
    command.process_group(0).kill_on_drop(true);
    command
}

/// Starts it on these cores.
///
/// # Errors
/// When the system refuses.
pub(crate) fn spawn(mut command: Command, cores: &Cores) -> Result<Child, Error> {
    pinned(cores, || command.spawn())
        .and_then(|spawned| spawned)
        .map_err(Error::Spawn)
}
