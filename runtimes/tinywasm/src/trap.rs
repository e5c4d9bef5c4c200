//! tinywasm's errors in the host's words.

use host_core::{Trap, TrapKind};
use tinywasm::Error;

/// What a host call raises when the guest asked to exit.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the guest exited with code {0}")]
pub(crate) struct Exit(pub(crate) u32);

/// The error that unwinds the guest with `exit`.
#[cold]
pub(crate) fn raise(exit: Exit) -> Error {
    Error::Trap(tinywasm::Trap::HostFunction(Box::new(exit)))
}

#[cold]
pub(crate) fn trap(error: &Error) -> Trap {
    let kind = match error {
        Error::Trap(tinywasm::Trap::HostFunction(raised)) => {
            if let Some(exit) = raised.downcast_ref::<Exit>() {
                return Trap::new(TrapKind::Exit(exit.0), exit.to_string());
            }
            // A trap in a call that a host function made arrives wrapped once for each.
            if let Some(inner) = raised.downcast_ref::<Error>() {
                return trap(inner);
            }
            TrapKind::Other
        }
        Error::Trap(tinywasm::Trap::Unreachable) => TrapKind::Unreachable,
        Error::Trap(
            tinywasm::Trap::MemoryOutOfBounds { .. } | tinywasm::Trap::TableOutOfBounds { .. },
        ) => TrapKind::OutOfBounds,
        Error::Trap(tinywasm::Trap::CallStackOverflow | tinywasm::Trap::ValueStackOverflow) => {
            TrapKind::StackOverflow
        }
        _ => TrapKind::Other,
    };
    Trap::new(kind, error.to_string())
}

/// The end of a VM by a panic inside the engine or a host call.
#[cold]
pub(crate) fn panicked(message: String) -> Trap {
    Trap::new(TrapKind::Other, message)
}
