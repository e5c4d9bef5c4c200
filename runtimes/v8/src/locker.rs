//! `v8::Locker`: what lets an isolate move to another thread.
//!
//! The `v8` crate links it but does not bind it. It sets up what V8 keeps for a thread: the
//! limit of its stack above all.
#![allow(unsafe_code)]

use std::marker::PhantomData;

/// A `v8::Locker`. It may be moved in memory: it knows no address of its own.
#[repr(C)]
pub(crate) struct Locker {
    /// Two words, as the crate's own C++ asserts.
    words: [usize; 2],
    _not_send: PhantomData<*mut v8::Isolate>,
}

unsafe extern "C" {
    #[link_name = "_ZN2v86Locker10InitializeEPNS_7IsolateE"]
    fn initialize(this: *mut Locker, isolate: *mut v8::Isolate);
    #[link_name = "_ZN2v86LockerD1Ev"]
    fn destroy(this: *mut Locker);
}

impl Locker {
    /// A place for a lock that is not taken yet.
    pub(crate) const fn new() -> Self {
        Self {
            words: [0; 2],
            _not_send: PhantomData,
        }
    }

    /// Takes the isolate for this thread.
    ///
    /// # Safety
    /// The isolate is alive and in no other thread's use; [`Locker::unlock`] follows, once,
    /// on this thread, before the isolate ends.
    pub(crate) unsafe fn lock(&mut self, isolate: *mut v8::Isolate) {
        // SAFETY: the C++ constructor does nothing but this; the rest is the caller's.
        unsafe { initialize(self, isolate) };
    }

    /// Gives it back.
    ///
    /// # Safety
    /// [`Locker::lock`] was called on this thread, and nothing of the isolate is in use.
    pub(crate) unsafe fn unlock(&mut self) {
        // SAFETY: the caller vouches for it.
        unsafe { destroy(self) };
    }
}
