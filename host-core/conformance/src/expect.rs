//! Small words for checks.

use std::fmt::Debug;

use host_core::{Trap, TrapKind};

use crate::item::{Checked, Fault};

/// Fails the item, with a formatted text, unless the condition holds.
macro_rules! ensure {
    ($condition:expr, $($text:tt)+) => {
        if !$condition {
            return Err($crate::item::Fault::Failed(format!($($text)+)));
        }
    };
}
pub(crate) use ensure;

/// Fails the item unless both are equal.
pub(crate) fn equal<T: PartialEq<U> + Debug, U: Debug>(what: &str, got: T, wanted: U) -> Checked {
    ensure!(got == wanted, "{what}: got {got:?}, expected {wanted:?}");
    Ok(())
}

/// Fails the item unless `result` is an error whose text holds every one of `words`.
pub(crate) fn refused<T, E: std::fmt::Display>(
    what: &str,
    result: Result<T, E>,
    words: &[&str],
) -> Checked<String> {
    let text = match result {
        Ok(_) => return Err(Fault::Failed(format!("{what} was accepted"))),
        Err(error) => error.to_string(),
    };
    for word in words {
        ensure!(
            text.contains(word),
            "{what} was refused without naming {word:?}: {text}"
        );
    }
    Ok(text)
}

/// Fails the item unless `result` is a trap of one of `kinds`.
pub(crate) fn trapped<T>(what: &str, result: Result<T, Trap>, kinds: &[TrapKind]) -> Checked {
    match result {
        Ok(_) => Err(Fault::Failed(format!("{what} did not trap"))),
        Err(trap) if kinds.contains(&trap.kind()) => Ok(()),
        Err(trap) => Err(Fault::Failed(format!(
            "{what} trapped as {trap}; expected one of {kinds:?}"
        ))),
    }
}
