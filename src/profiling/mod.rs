//! Profiles: timers that work everywhere, perf where it is, and a flame graph of either.

mod breakdown;
mod flame;
mod functions;
mod perf;
mod profile;

pub(crate) use breakdown::Part;
pub(crate) use profile::{Profile, profile};
