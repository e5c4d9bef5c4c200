//! Keeping an engine's panics on its own side of the seam.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `work` of an engine; a panic in it becomes a text.
///
/// What `work` changed before it panicked may be half done: the caller must not use the
/// VM or module again.
///
/// # Errors
/// The panic's message.
#[inline]
pub fn contain<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(describe)
}

#[cold]
fn describe(panic: Box<dyn Any + Send>) -> String {
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    format!("the engine panicked: {message}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message() {
        assert_eq!(contain(|| 1), Ok(1));
        let text = contain(|| panic!("bad {}", "luck")).expect_err("panicked");
        assert_eq!(text, "the engine panicked: bad luck");
    }
}
