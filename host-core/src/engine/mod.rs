//! The seam that every engine implements.

mod error;
mod info;
mod traits;

pub use error::{EngineError, Trap, TrapKind};
pub use info::{EngineInfo, EngineOptions, Mechanism, ModeKind};
pub use traits::{Engine, Instance, Module};
