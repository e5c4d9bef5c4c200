//! `pwbench trial`: the child's end of a trial.

use std::io;

use crate::error::{Error, Exit};
use crate::output::print_text;
use crate::trial::{self, Spec};

/// Reads the job from standard input, does it, and prints the answer as one line.
pub(super) fn trial() -> Result<Exit, Error> {
    end_with_parent();
    let spec: Spec = serde_json::from_reader(io::stdin().lock())
        .map_err(|error| Error::Spec(error.to_string()))?;
    let answer = trial::run(&spec);
    print_text(&serde_json::to_string(&answer)?);
    Ok(Exit::Fine)
}

/// A trial without a parent has nobody to report to.
#[cfg(target_os = "linux")]
fn end_with_parent() {
    // Where the system refuses, an orphan ends by itself when its work is done.
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
}

#[cfg(not(target_os = "linux"))]
fn end_with_parent() {}
