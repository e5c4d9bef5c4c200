//! WasmEdge's codes in the host's words.

use host_core::{Trap, TrapKind};

use crate::api::Api;
use crate::value::Outcome;

// Numbers of `enum.inc`, the same from 0.14 to 0.17.
const INTERRUPTED: u32 = 0x07;
const TABLE_OUT_OF_BOUNDS: u32 = 0x407;
const MEMORY_OUT_OF_BOUNDS: u32 = 0x408;
const UNREACHABLE: u32 = 0x40a;

#[cold]
pub(crate) fn trap(api: &Api, outcome: Outcome) -> Trap {
    let kind = match outcome.code() {
        INTERRUPTED => TrapKind::Deadline,
        TABLE_OUT_OF_BOUNDS | MEMORY_OUT_OF_BOUNDS => TrapKind::OutOfBounds,
        UNREACHABLE => TrapKind::Unreachable,
        _ => TrapKind::Other,
    };
    Trap::new(kind, api.message(outcome))
}

/// The end of a guest whose stack is used up.
#[cold]
pub(crate) fn overflow() -> Trap {
    Trap::new(TrapKind::StackOverflow, "the guest's stack is used up")
}
