//! The isolate of one VM, made to move between threads.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};

use v8::{CallbackScope, CreateParams, Global, HandleScope, Isolate, Local, OwnedIsolate};

use crate::locker::Locker;

/// Bytes that V8's own heap may take. A guest reaches it only through WebAssembly's
/// garbage-collected types, and V8 ends the process when it is full: see `trap::listen`.
const HEAP: usize = 256 << 20;

/// An isolate that one instance owns alone.
///
/// The thread that made it enters it as it is. Once another thread has used it, every use
/// takes a [`Locker`], which is what V8 asks for and what it costs to share an isolate.
pub(crate) struct VmIsolate {
    isolate: ManuallyDrop<OwnedIsolate>,
    home: u64,
    moved: Cell<bool>,
}

// SAFETY: V8 lets an isolate be used by one thread after another when each exits it and,
// from the second thread on, holds its `Locker`: `enter` does both. Nothing of a thread
// outlives `Entered`. The crate's own part (scopes, annex) is reached through the isolate
// alone. All access is through `&mut` of the one owner, or `&` of an owner that is not
// `Sync`.
unsafe impl Send for VmIsolate {}

impl VmIsolate {
    /// A new isolate, not entered.
    pub(crate) fn new() -> Self {
        let params = CreateParams::default().heap_limits(0, HEAP);
        let mut isolate = ManuallyDrop::new(Isolate::new(params));
        // SAFETY: the crate entered it on this thread, and no scope is open.
        unsafe { isolate.exit() };
        Self {
            isolate,
            home: thread_number(),
            moved: Cell::new(false),
        }
    }

    fn address(&self) -> *mut Isolate {
        let isolate: &Isolate = &self.isolate;
        std::ptr::from_ref(isolate).cast_mut()
    }

    /// Makes it this thread's isolate until the result is dropped.
    #[inline]
    pub(crate) fn enter(&self) -> Entered {
        let mut entered = Entered {
            isolate: self.address(),
            locker: None,
        };
        if self.moved.get() || self.home != thread_number() {
            self.moved.set(true);
            entered.lock();
        }
        // SAFETY: alive, since `self` owns it; used by this thread alone, since `self` is
        // not `Sync`.
        unsafe { (*entered.isolate).enter() };
        entered
    }
}

impl Drop for VmIsolate {
    fn drop(&mut self) {
        // SAFETY: no thread has entered it; the crate wants it entered, exits it and ends
        // it. A `Locker` must not be held: it would be given back to what is gone.
        unsafe {
            self.isolate.enter();
            ManuallyDrop::drop(&mut self.isolate);
        }
    }
}

/// An isolate while its thread may use it.
pub(crate) struct Entered {
    isolate: *mut Isolate,
    locker: Option<Locker>,
}

impl Entered {
    #[cold]
    fn lock(&mut self) {
        let locker = self.locker.insert(Locker::new());
        // SAFETY: alive and in no other thread's use, as `VmIsolate::enter` says; `drop`
        // unlocks.
        unsafe { locker.lock(self.isolate) };
    }
}

impl Entered {
    /// Runs `body` in a handle scope that is closed when it returns.
    ///
    /// The crate closes a `HandleScope` only when the scope around it is next used, and
    /// before this thread lets go of the isolate all must be closed: a `CallbackScope`,
    /// which adds nothing, closes what is in it as it goes.
    #[inline]
    pub(crate) fn scope<R>(&mut self, body: impl FnOnce(&mut HandleScope<'_, ()>) -> R) -> R {
        // SAFETY: the isolate is this thread's, and no scope of it is open.
        let around = &mut unsafe { CallbackScope::new(&mut **self) };
        body(&mut HandleScope::new(around))
    }

    /// [`Entered::scope`] for a `body` that opens no scope of its own, which makes it
    /// cheaper.
    #[inline]
    pub(crate) fn call<R>(&mut self, body: impl FnOnce(&mut HandleScope<'_, ()>) -> R) -> R {
        let mut handles = Handles { words: [0; 3] };
        // SAFETY: the isolate is this thread's; `handles` stays in its place until it is
        // dropped, after all that is made in it.
        unsafe { open_handles(&mut handles, self.isolate) };
        // SAFETY: as in `scope`.
        let around = &mut unsafe { CallbackScope::new(&mut **self) };
        body(around)
    }
}

/// V8's own handle scope, without the crate's bookkeeping, which would cost a call into the
/// guest more than the scope does.
#[repr(C)]
struct Handles {
    /// Three words, as the crate's own C++ asserts.
    words: [usize; 3],
}

unsafe extern "C" {
    #[link_name = "v8__HandleScope__CONSTRUCT"]
    fn open_handles(this: *mut Handles, isolate: *mut Isolate);
    #[link_name = "v8__HandleScope__DESTRUCT"]
    fn close_handles(this: *mut Handles);
}

impl Drop for Handles {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: opened by `Entered::call`, in which it is the last to close.
        unsafe { close_handles(self) };
    }
}

impl Deref for Entered {
    type Target = Isolate;

    #[inline]
    fn deref(&self) -> &Isolate {
        // SAFETY: alive and this thread's, as `VmIsolate::enter` says.
        unsafe { &*self.isolate }
    }
}

impl DerefMut for Entered {
    #[inline]
    fn deref_mut(&mut self) -> &mut Isolate {
        // SAFETY: as for `deref`.
        unsafe { &mut *self.isolate }
    }
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: entered, and perhaps locked, by `VmIsolate::enter` on this thread: the
        // raw pointer keeps this from moving to another.
        unsafe {
            (*self.isolate).exit();
            if let Some(locker) = &mut self.locker {
                locker.unlock();
            }
        }
    }
}

/// A handle of a [`VmIsolate`] that moves with it.
pub(crate) struct Kept<T>(Global<T>);

// SAFETY: an address in the isolate's own table, used while the isolate is entered, and
// dropped by the isolate's owner before it. Handles of the crate carry no thread.
unsafe impl<T> Send for Kept<T> {}

impl<T> Kept<T> {
    pub(crate) fn new(isolate: &mut Isolate, handle: Local<'_, T>) -> Self {
        Self(Global::new(isolate, handle))
    }

    /// A handle in a scope of its isolate. The first in a scope makes V8 set memory aside
    /// for more; where a call into the guest has none, every host call that needs one pays
    /// for that anew.
    #[inline]
    pub(crate) fn local<'s>(&self, scope: &mut HandleScope<'s, ()>) -> Local<'s, T> {
        Local::new(scope, &self.0)
    }

    /// The object.
    #[inline]
    pub(crate) fn open(&self, isolate: &mut Isolate) -> &T {
        self.0.open(isolate)
    }
}

thread_local! {
    static NUMBER: Cell<u64> = const { Cell::new(0) };
}

/// This thread's number, never 0 and never used again.
#[inline]
fn thread_number() -> u64 {
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
