//! The stack that compiled guests run on.
//!
//! WasmEdge's compiled code uses the caller's stack without checking it, and catches the
//! fault at its end with a handler that would itself need that stack: endless recursion
//! would kill the process. So compiled guests run on a stack of their own, and faults are
//! first looked at by a handler that has another one.
//!
//! The lowest part of the stack, the *reserve*, is closed. A guest that reaches it has
//! overflowed. The library's or the host's own code, called by a guest that has nearly
//! used up its stack, is let in: it finds that out and ends the guest.

mod fault;
mod nested;
mod reserve;
mod signals;

use std::cell::{Cell, UnsafeCell};

pub(crate) use fault::install;
pub(crate) use nested::{is_learnt, learn, snapshot};
use reserve::GuestStack;
pub(crate) use signals::keeping_handlers;

/// What the thread is doing, for the fault handler: nothing here has a destructor.
struct Thread {
    /// Calls into compiled guests, one inside the other, all on one stack.
    depth: Cell<u32>,
    /// Whether the host's code runs, called by the guest.
    in_host: Cell<bool>,
    /// The reserve; its end is the lowest address that guests may use.
    reserve: Cell<(usize, usize)>,
    /// Whether the reserve is open.
    open: Cell<bool>,
    /// Whether the guest reached the reserve.
    overflowed: Cell<bool>,
    /// Where the library's variables of this thread lie, once that was asked.
    variables: Cell<usize>,
}

thread_local! {
    static THREAD: Thread = const {
        Thread {
            depth: Cell::new(0),
            in_host: Cell::new(false),
            reserve: Cell::new((0, 0)),
            open: Cell::new(false),
            overflowed: Cell::new(false),
            variables: Cell::new(0),
        }
    };
    static STACK: UnsafeCell<Option<GuestStack>> = const { UnsafeCell::new(None) };
}

/// Runs `call`, which enters a compiled guest, on this thread's guest stack.
///
/// # Errors
/// When no stack can be had.
#[inline]
pub(crate) fn run<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    let outer = THREAD.with(|thread| thread.depth.get());
    if outer > 0 {
        // Another VM's callback inside this one's host call.
        return Ok(from_host(call));
    }
    STACK.with(|stack| {
        // SAFETY: with `depth` 0 nobody on this thread is inside, so this reference is the
        // only one; a call inside this one does not get here.
        let stack = unsafe { &mut *stack.get() };
        let stack = match stack {
            Some(stack) => stack,
            None => stack.insert(GuestStack::new()?),
        };
        THREAD.with(|thread| {
            thread.reserve.set(stack.reserve());
            thread.in_host.set(false);
            thread.depth.set(1);
        });
        let result = stack.run(call);
        THREAD.with(|thread| {
            thread.depth.set(0);
            close(thread);
        });
        Ok(result)
    })
}

/// Whether the guest overflowed since this was asked last.
pub(crate) fn take_overflow() -> bool {
    THREAD.with(|thread| thread.overflowed.replace(false))
}

/// The host's code runs for a guest until this is dropped.
pub(crate) struct InHost(bool);

/// Notes that the host's code runs; `None` when the guest has left it too little stack.
#[inline]
pub(crate) fn enter_host() -> Option<InHost> {
    THREAD.with(|thread| {
        if thread.depth.get() == 0 {
            return Some(InHost(false));
        }
        if here() < thread.reserve.get().1 {
            return None;
        }
        thread.in_host.set(true);
        Some(InHost(true))
    })
}

impl Drop for InHost {
    #[inline]
    fn drop(&mut self) {
        if self.0 {
            THREAD.with(|thread| {
                thread.in_host.set(false);
                close(thread);
            });
        }
    }
}

/// Runs `call`, which enters the guest again, out of a host function.
#[inline]
pub(crate) fn from_host<T>(call: impl FnOnce() -> T) -> T {
    if THREAD.with(|thread| thread.depth.get()) == 0 {
        // The interpreter, which has no such trouble.
        return call();
    }
    let was = THREAD.with(|thread| thread.in_host.replace(false));
    let result = nested::cleanly(call);
    THREAD.with(|thread| thread.in_host.set(was));
    result
}

/// Closes the reserve again, unless this very code stands on it.
#[inline]
fn close(thread: &Thread) {
    if thread.open.get() && (thread.depth.get() == 0 || here() >= thread.reserve.get().1) {
        reserve::set_open(thread.reserve.get(), false);
        thread.open.set(false);
    }
}

/// About where the stack ends now.
#[inline]
fn here() -> usize {
    let local = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&local)).addr()
}
