//! WAMR's handlers of memory faults beside everybody else's.
//!
//! WAMR turns faults in its guard pages into exceptions. It installs its handlers anew for
//! each thread that it gets to know and takes whatever was installed before, itself included,
//! for the next in the chain: from the second thread on, a fault of another engine would be
//! handed in circles. So after each such installation the handlers of before are put back,
//! and in the chain there is one handler for all builds, which hands WAMR the faults of
//! threads inside its guests and the rest to whoever came before.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use libc::{SA_NODEFER, SA_ONSTACK, SA_SIGINFO, SIGBUS, SIGSEGV, sigaction, siginfo_t};

use crate::api::Api;
use crate::library::{BUILDS, Build};

/// The signals that WAMR handles.
const SIGNALS: [c_int; 2] = [SIGSEGV, SIGBUS];

type Handler = unsafe extern "C" fn(c_int, *mut siginfo_t, *mut c_void);

/// What serves the guests of one build.
struct Route {
    in_guest: unsafe extern "C" fn() -> bool,
    handler: Handler,
}

static ROUTES: [AtomicPtr<Route>; BUILDS] = [const { AtomicPtr::new(ptr::null_mut()) }; BUILDS];
/// What was installed before any of this, by [`SIGNALS`].
static PREVIOUS: OnceLock<[sigaction; 2]> = OnceLock::new();

thread_local! {
    /// Whether WAMR's handler has been asked and has not been heard of since: it does not
    /// return from faults that are its own.
    static ASKED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `install`, in which `build` may install its handlers for this thread.
pub(crate) fn around<T>(build: Build, api: &Api, install: impl FnOnce() -> T) -> T {
    static CHANGING: Mutex<()> = Mutex::new(());
    let _changing = CHANGING.lock().unwrap_or_else(PoisonError::into_inner);
    let before = SIGNALS.map(installed);
    let result = install();
    let after = installed(SIGSEGV);
    if after.sa_sigaction == before[0].sa_sigaction {
        return result;
    }
    let route = &ROUTES[build as usize];
    if route.load(Ordering::Acquire).is_null() {
        // SAFETY: WAMR's handler, installed with SA_SIGINFO, has this type.
        let handler = unsafe { std::mem::transmute::<usize, Handler>(after.sa_sigaction) };
        let in_guest = api.in_guest;
        let leaked = Box::into_raw(Box::new(Route { in_guest, handler }));
        route.store(leaked, Ordering::Release);
    }
    let first = PREVIOUS.get().is_none();
    PREVIOUS.get_or_init(|| before);
    for (signal, before) in SIGNALS.into_iter().zip(before) {
        put(signal, if first { ours() } else { before });
    }
    result
}

/// Takes note that WAMR has dealt with a fault.
#[cold]
pub(crate) fn dealt_with() {
    ASKED.set(false);
}

fn installed(signal: c_int) -> sigaction {
    // SAFETY: zeros are a valid value, and the call only writes it.
    unsafe {
        let mut action: sigaction = std::mem::zeroed();
        libc::sigaction(signal, ptr::null(), &mut action);
        action
    }
}

fn put(signal: c_int, action: sigaction) {
    // SAFETY: a handler that was installed before, or ours.
    unsafe { libc::sigaction(signal, &action, ptr::null_mut()) };
}

fn ours() -> sigaction {
    // SAFETY: zeros are a valid value: no flags, no blocked signals.
    let mut action: sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = fault as *const () as usize;
    // As WAMR's own and other engines' are installed: guests use up their stacks.
    action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
    action
}

/// Only atomics, a thread-local without initialiser, and other handlers: nothing that a
/// signal could have interrupted half-way.
unsafe extern "C" fn fault(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    if !ASKED.get() {
        for route in &ROUTES {
            // SAFETY: null or leaked.
            let Some(route) = (unsafe { route.load(Ordering::Acquire).as_ref() }) else {
                continue;
            };
            // SAFETY: the library stays open; the function reads a thread-local.
            if unsafe { (route.in_guest)() } {
                ASKED.set(true);
                // SAFETY: the arguments that it would have got. It may jump back into WAMR,
                // over this frame, which owns nothing.
                unsafe { (route.handler)(signal, info, context) };
                ASKED.set(false);
                return;
            }
        }
    }
    // SAFETY: called as a handler, with a handler's arguments.
    unsafe { forward(signal, info, context) };
}

/// Hands a fault to whoever was installed before; with nobody there, lets it happen again
/// with the system's own action.
unsafe fn forward(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let previous = SIGNALS.iter().position(|known| *known == signal);
    let Some(previous) = PREVIOUS.get().zip(previous).map(|(all, at)| &all[at]) else {
        return;
    };
    match previous.sa_sigaction {
        libc::SIG_DFL | libc::SIG_IGN => put(signal, *previous),
        handler if previous.sa_flags & SA_SIGINFO != 0 => {
            // SAFETY: a handler with three arguments, by its flag.
            let handler = unsafe { std::mem::transmute::<usize, Handler>(handler) };
            // SAFETY: the arguments that it would have got.
            unsafe { handler(signal, info, context) };
        }
        handler => {
            // SAFETY: a handler with one argument, by its flag.
            let handler =
                unsafe { std::mem::transmute::<usize, unsafe extern "C" fn(c_int)>(handler) };
            // SAFETY: the argument that it would have got.
            unsafe { handler(signal) };
        }
    }
}
