//! Where a VM's memories are, for host calls.

use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use host_core::LinearMemory;

/// Where a memory's bytes are now.
#[derive(Debug, Default)]
pub(crate) struct Place {
    base: AtomicPtr<u8>,
    length: AtomicUsize,
}

impl Place {
    /// Notes that the bytes are now at `base`.
    pub(crate) fn set(&self, base: *mut u8, length: usize) {
        self.base.store(base, Ordering::Relaxed);
        self.length.store(length, Ordering::Relaxed);
    }

    /// Bytes now.
    pub(crate) fn length(&self) -> usize {
        self.length.load(Ordering::Relaxed)
    }

    /// # Safety
    /// The store that the memory belongs to must be alive and suspended in a host call for
    /// as long as the result is used, and there must be no other.
    #[inline]
    #[allow(unsafe_code)]
    pub(crate) unsafe fn bytes<'a>(&self) -> LinearMemory<'a> {
        let (base, length) = (self.base.load(Ordering::Relaxed), self.length());
        if base.is_null() {
            return LinearMemory(&mut []);
        }
        // SAFETY: the memory keeps `base` and `length` those of its allocation, whose bytes
        // it and everybody else reach by raw pointers only; the rest is the caller's promise.
        LinearMemory(unsafe { std::slice::from_raw_parts_mut(base, length) })
    }
}

/// The places of a store's memories in the order in which they were made, which is that of
/// the module.
pub(crate) type Places = Arc<Mutex<Vec<Arc<Place>>>>;
