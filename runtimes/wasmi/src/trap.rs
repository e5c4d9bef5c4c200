//! wasmi's errors in the host's words.

use host_core::{Trap, TrapKind};
use wasmi::errors::HostError;
use wasmi::{Error, TrapCode};

/// What a host call raises when the guest asked to exit.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the guest exited with code {0}")]
pub(crate) struct Exit(pub(crate) u32);

impl HostError for Exit {}

#[cold]
pub(crate) fn trap(error: &Error) -> Trap {
    if let Some(exit) = error.downcast_ref::<Exit>() {
        return Trap::new(TrapKind::Exit(exit.0), exit.to_string());
    }
    let kind = match error.as_trap_code() {
        Some(TrapCode::UnreachableCodeReached) => TrapKind::Unreachable,
        Some(TrapCode::MemoryOutOfBounds | TrapCode::TableOutOfBounds) => TrapKind::OutOfBounds,
        Some(TrapCode::StackOverflow) => TrapKind::StackOverflow,
        Some(TrapCode::OutOfFuel) => TrapKind::Deadline,
        _ => TrapKind::Other,
    };
    Trap::new(kind, error.to_string())
}

/// The end of a VM by a panic inside the engine or a host call.
#[cold]
pub(crate) fn panicked(message: String) -> Trap {
    Trap::new(TrapKind::Other, message)
}
