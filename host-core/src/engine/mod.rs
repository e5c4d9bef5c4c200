//! The seam that every engine implements.

mod artifact;
mod contain;
mod error;
mod info;
mod knobs;
mod label;
mod pace;
mod target;
mod traits;

pub use artifact::{Artifact, ArtifactMaker};
pub use contain::contain;
pub use error::{EngineError, Trap, TrapKind};
pub use info::{EngineInfo, EngineOptions, GuestSymbols, Mechanism, ModeKind};
pub use knobs::{Choice, Knob, Knobs, ParseKnobsError};
pub use label::ArtifactLabel;
pub use pace::{Allowance, PACE_EXPORT, PACE_GUEST, Pace};
pub use target::host_target;
pub use traits::{Engine, Instance, Module};
