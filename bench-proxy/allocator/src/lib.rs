//! One binary, two allocators.
//!
//! Proxies in production bring an allocator of their own, and a request through hyper costs
//! dozens of allocations, so the processes that carry load (`serve`, `upstream`, `generate`)
//! use mimalloc. Every other process keeps the system's allocator: there engines are compared,
//! and those written in C use it, too.

mod role;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU8, Ordering};

use mimalloc::MiMalloc;

const UNDECIDED: u8 = 0;
const SYSTEM: u8 = 1;
const MIMALLOC: u8 = 2;

/// Decided at the first allocation and never changed, so that what one allocator gave is
/// always given back to it.
static CHOICE: AtomicU8 = AtomicU8::new(UNDECIDED);

#[inline]
fn is_mimalloc() -> bool {
    match CHOICE.load(Ordering::Relaxed) {
        UNDECIDED => decide(),
        choice => choice == MIMALLOC,
    }
}

/// Runs before there is a second thread, and allocates nothing.
#[cold]
fn decide() -> bool {
    let carries_load = role::carries_load();
    let choice = if carries_load { MIMALLOC } else { SYSTEM };
    CHOICE.store(choice, Ordering::Relaxed);
    carries_load
}

/// Name of the allocator that this process uses, if it uses [`ByRole`].
pub fn name() -> &'static str {
    if is_mimalloc() { "mimalloc" } else { "system" }
}

/// A global allocator that looks at the subcommand of its process.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByRole;

// SAFETY: both allocators fulfil the trait's contract, and since the choice never changes,
// memory goes back to the one that it came from.
unsafe impl GlobalAlloc for ByRole {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller upholds the contract of either.
        unsafe {
            if is_mimalloc() {
                MiMalloc.alloc(layout)
            } else {
                System.alloc(layout)
            }
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller upholds the contract of either.
        unsafe {
            if is_mimalloc() {
                MiMalloc.alloc_zeroed(layout)
            } else {
                System.alloc_zeroed(layout)
            }
        }
    }

    #[inline]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller upholds the contract, and the choice is that of the allocation.
        unsafe {
            if is_mimalloc() {
                MiMalloc.dealloc(pointer, layout);
            } else {
                System.dealloc(pointer, layout);
            }
        }
    }

    #[inline]
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller upholds the contract, and the choice is that of the allocation.
        unsafe {
            if is_mimalloc() {
                MiMalloc.realloc(pointer, layout, size)
            } else {
                System.realloc(pointer, layout, size)
            }
        }
    }
}
