//! Which VM runs on this thread, and which thread this is.

use std::cell::Cell;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::guest::VmState;

thread_local! {
    static CURRENT: Cell<*mut VmState> = const { Cell::new(null_mut()) };
    static NUMBER: Cell<u64> = const { Cell::new(0) };
}

/// The VM that runs on this thread now; host calls have no other way to find it.
#[inline]
pub(crate) fn current() -> Option<NonNull<VmState>> {
    NonNull::new(CURRENT.get())
}

/// Marks a VM as running until it is dropped.
pub(crate) struct Running {
    previous: *mut VmState,
}

impl Running {
    #[inline]
    pub(crate) fn enter(vm: NonNull<VmState>) -> Self {
        Self {
            previous: CURRENT.replace(vm.as_ptr()),
        }
    }
}

impl Drop for Running {
    #[inline]
    fn drop(&mut self) {
        CURRENT.set(self.previous);
    }
}

/// This thread's number, never 0 and never used again.
#[inline]
pub(crate) fn number() -> u64 {
    match NUMBER.get() {
        0 => assign(),
        number => number,
    }
}

#[cold]
fn assign() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    NUMBER.set(number);
    number
}
