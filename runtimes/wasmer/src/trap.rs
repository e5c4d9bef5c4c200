//! wasmer's errors in the host's words.

use host_core::{Trap, TrapKind};
use wasmer::RuntimeError;
use wasmer::sys::vm::TrapCode;

/// What a host call raises when the guest asked to exit.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the guest exited with code {0}")]
pub(crate) struct Exit(pub(crate) u32);

/// `ran_out` says whether the guest's points were used up.
#[cold]
pub(crate) fn trap(error: &RuntimeError, ran_out: bool) -> Trap {
    if let Some(exit) = error.downcast_ref::<Exit>() {
        return Trap::new(TrapKind::Exit(exit.0), exit.to_string());
    }
    let kind = match error.clone().to_trap() {
        Some(TrapCode::UnreachableCodeReached) if ran_out => {
            return Trap::new(
                TrapKind::Deadline,
                "the deadline's metering points are used up",
            );
        }
        Some(TrapCode::UnreachableCodeReached) => TrapKind::Unreachable,
        Some(TrapCode::HeapAccessOutOfBounds | TrapCode::TableAccessOutOfBounds) => {
            TrapKind::OutOfBounds
        }
        Some(TrapCode::StackOverflow) => TrapKind::StackOverflow,
        _ => TrapKind::Other,
    };
    Trap::new(kind, error.message())
}

/// The end of a VM by a panic inside the engine or a host call.
#[cold]
pub(crate) fn panicked(message: String) -> Trap {
    Trap::new(TrapKind::Other, message)
}
