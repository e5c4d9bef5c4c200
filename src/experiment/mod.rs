//! The parent's side: campaigns of trials in child processes.

mod artifacts;
mod blocks;
mod campaign;
mod child;
mod choice;
mod conformance;
mod death;
mod field;
mod folder;
mod interrupt;
mod plan;
mod probing;
mod progress;
mod recorder;
mod schedule;
mod sharding;
mod verification;

pub(crate) use artifacts::make as make_artifact;
pub(crate) use campaign::{Conducted, conduct, info as workload_info};
pub(crate) use child::{PAD, Ran, Runner, Stop, tail, unix_ms};
pub(crate) use choice::sources;
pub(crate) use conformance::{Remembered, conformance};
pub(crate) use death::describe as describe_death;
pub(crate) use field::{Entrant, Field};
pub(crate) use folder::name as folder_name;
pub(crate) use interrupt::Interrupt;
pub(crate) use plan::Costs;
pub(crate) use probing::{Probed, probe, probe_all};
pub(crate) use progress::Progress;
pub(crate) use schedule::Schedule;
pub(crate) use verification::{Verified, Verifier};
