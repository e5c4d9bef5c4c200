//! WAMR's exceptions in the host's words.

use host_core::{Trap, TrapKind};

use crate::guest::Ended;

/// The end of a VM by the exception `text`; `ended` where a host call raised it.
#[cold]
pub(crate) fn trap(text: &str, ended: Option<Ended>) -> Trap {
    match ended {
        Some(Ended::Exit(code)) => Trap::new(
            TrapKind::Exit(code),
            format!("the guest exited with code {code}"),
        ),
        Some(Ended::Panic(panic)) => std::panic::resume_unwind(panic),
        None => {
            let text = text.strip_prefix("Exception: ").unwrap_or(text);
            Trap::new(kind(text), text)
        }
    }
}

/// The kind, by the texts of WAMR's sources.
fn kind(text: &str) -> TrapKind {
    match text {
        "unreachable" => TrapKind::Unreachable,
        "out of bounds memory access" | "out of bounds table access" | "undefined element" => {
            TrapKind::OutOfBounds
        }
        // Of the operand, the auxiliary and the native stack.
        text if text.contains("stack overflow") => TrapKind::StackOverflow,
        _ => TrapKind::Other,
    }
}

/// The end of a VM at its deadline.
#[cold]
pub(crate) fn deadline() -> Trap {
    Trap::new(TrapKind::Deadline, "the deadline passed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_are_told_apart() {
        for (text, expected) in [
            ("Exception: unreachable", TrapKind::Unreachable),
            (
                "Exception: out of bounds memory access",
                TrapKind::OutOfBounds,
            ),
            (
                "Exception: wasm operand stack overflow",
                TrapKind::StackOverflow,
            ),
            ("Exception: native stack overflow", TrapKind::StackOverflow),
            ("Exception: integer divide by zero", TrapKind::Other),
        ] {
            assert_eq!(trap(text, None).kind(), expected, "{text}");
        }
        let exit = trap("Exception: the guest exited", Some(Ended::Exit(3)));
        assert_eq!(exit.kind(), TrapKind::Exit(3));
    }
}
