//! Traps in the host's words. wasm.h knows messages only, and each library has its own.

use host_core::{Trap, TrapKind};

use crate::api::{self, Api};
use crate::value::CVec;

/// Takes and deletes a trap.
///
/// # Safety
/// `trap` must be the caller's own.
#[cold]
pub(crate) unsafe fn take(api: &Api, trap: *mut api::Trap) -> Trap {
    let mut message = CVec::empty();
    // SAFETY: the caller's promise; the message is the library's until deleted.
    let text = unsafe {
        (api.trap_message)(trap, &mut message);
        let text = String::from_utf8_lossy(message.as_slice()).into_owned();
        (api.byte_vec_delete)(&mut message);
        (api.trap_delete)(trap);
        text
    };
    let text = text.trim_end_matches('\0');
    Trap::new(kind(text), text)
}

/// What a library's message means: libwasmtime's, libwasmer's, V8's, WAMR's.
fn kind(message: &str) -> TrapKind {
    // What precedes the last line can be a backtrace with names that the guest chose.
    let last = message.lines().rfind(|line| !line.trim().is_empty());
    let text = last.unwrap_or_default().to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&[
        "stack exhausted",
        "stack overflow",
        "stack size exceeded",
        "stack_overflow",
    ]) {
        TrapKind::StackOverflow
    } else if has(&["out of bounds", "undefined element", "invalid table access"]) {
        TrapKind::OutOfBounds
    } else if has(&["unreachable"]) {
        TrapKind::Unreachable
    } else {
        TrapKind::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_several_libraries_are_understood() {
        for (message, expected) in [
            (
                "error while executing at wasm backtrace:\n  0: 0x1 - <unknown>!stack overflow\n\nCaused by:\n    wasm trap: wasm `unreachable` instruction executed",
                TrapKind::Unreachable,
            ),
            ("wasm trap: call stack exhausted", TrapKind::StackOverflow),
            (
                "wasm trap: out of bounds memory access",
                TrapKind::OutOfBounds,
            ),
            ("wasm trap: integer divide by zero", TrapKind::Other),
            (
                "Uncaught RangeError: Maximum call stack size exceeded",
                TrapKind::StackOverflow,
            ),
            (
                "Uncaught RuntimeError: memory access out of bounds",
                TrapKind::OutOfBounds,
            ),
            ("Exception: native stack overflow", TrapKind::StackOverflow),
            ("Exception: unreachable", TrapKind::Unreachable),
            ("", TrapKind::Other),
        ] {
            assert_eq!(kind(message), expected, "{message}");
        }
    }
}
