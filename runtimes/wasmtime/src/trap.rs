//! wasmtime's errors in the host's words.

use host_core::{Trap, TrapKind};

/// What a host call raises when the guest asked to exit.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the guest exited with code {0}")]
pub(crate) struct Exit(pub(crate) u32);

#[cold]
pub(crate) fn trap(error: &wasmtime::Error) -> Trap {
    if let Some(exit) = error.downcast_ref::<Exit>() {
        return Trap::new(TrapKind::Exit(exit.0), exit.to_string());
    }
    let kind = match error.downcast_ref::<wasmtime::Trap>() {
        Some(wasmtime::Trap::UnreachableCodeReached) => TrapKind::Unreachable,
        Some(wasmtime::Trap::MemoryOutOfBounds | wasmtime::Trap::TableOutOfBounds) => {
            TrapKind::OutOfBounds
        }
        Some(wasmtime::Trap::StackOverflow) => TrapKind::StackOverflow,
        Some(wasmtime::Trap::Interrupt | wasmtime::Trap::OutOfFuel) => TrapKind::Deadline,
        _ => TrapKind::Other,
    };
    Trap::new(kind, error.root_cause().to_string())
}

/// The end of a VM by a panic inside the engine or a host call.
#[cold]
pub(crate) fn panicked(message: String) -> Trap {
    Trap::new(TrapKind::Other, message)
}
