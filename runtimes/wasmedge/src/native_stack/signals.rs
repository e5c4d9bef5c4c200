//! Keeping the process's signal handlers through LLVM's work.
//!
//! LLVM sets handlers for crashes and for Ctrl-C when it writes its first file, and never
//! takes them away: they would stand before the engines' own fault handlers.

use std::ffi::c_int;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Held by whoever reads handlers to set others.
pub(super) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `work` and puts back the handlers of all signals that it changed.
pub(crate) fn keeping_handlers<T>(work: impl FnOnce() -> T) -> T {
    let _alone = alone();
    let action = |signal: c_int| {
        // SAFETY: asks for the action and changes none.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            let known = libc::sigaction(signal, std::ptr::null(), &mut action) == 0;
            known.then_some((signal, action))
        }
    };
    let before: Vec<_> = (1..32).filter_map(action).collect();
    let result = work();
    for (signal, old) in before {
        if action(signal).is_some_and(|(_, new)| new.sa_sigaction != old.sa_sigaction) {
            // SAFETY: the action that was in force.
            unsafe { libc::sigaction(signal, &old, std::ptr::null_mut()) };
        }
    }
    result
}
