//! `pwbench trial`: the child's end of a trial.

use std::io::{self, BufRead as _};

use crate::error::{Error, Exit};
use crate::output::print_text;
use crate::trial::{self, Spec};

/// Reads the job, one line of standard input, does it, and prints the answer as one line.
pub(super) fn trial() -> Result<Exit, Error> {
    end_with_parent();
    let mut input = io::stdin().lock();
    let mut line = String::new();
    input
        .read_line(&mut line)
        .map_err(|error| Error::Spec(error.to_string()))?;
    let spec: Spec = serde_json::from_str(&line).map_err(|error| Error::Spec(error.to_string()))?;
    let answer = trial::run(&spec, &mut input, &mut io::stdout());
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
