//! `pwbench list`: runtimes and workloads, what is available and how to get the rest.

mod about;
mod features;
mod knobs;
mod overview;

pub(crate) use about::{ABSENT, trust_facts};

use crate::cli::ListArgs;
use crate::error::{Error, Exit};

/// Shows what there is.
pub(super) fn list(arguments: &ListArgs) -> Result<Exit, Error> {
    match &arguments.about {
        Some(engine) => about::about(engine.as_deref(), arguments.format),
        None if arguments.features => features::features(arguments),
        None if arguments.knobs => knobs::knobs(arguments),
        None => overview::overview(arguments),
    }
}
