//! WAMR's handling of memory faults beside everybody else's.
//!
//! WAMR turns faults in its guard pages into exceptions. One handler serves all builds: it
//! hands WAMR the faults of threads inside its guests and the rest to whoever was installed
//! before. WAMR's own way of installing handlers is left out (`pwbench_wamr_sigaction` in
//! shim.c): from the second thread on, it would hand faults of other engines in circles.

use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Once, OnceLock};

use libc::{SA_NODEFER, SA_ONSTACK, SA_SIGINFO, SIGBUS, SIGSEGV, sigaction, siginfo_t};

use crate::api::Api;
use crate::library::{BUILDS, Build};

/// The signals that WAMR handles.
const SIGNALS: [c_int; 2] = [SIGSEGV, SIGBUS];

type Handler = unsafe extern "C" fn(c_int, *mut siginfo_t, *mut c_void);

/// Functions of the builds that are open.
static OPEN: [AtomicPtr<Api>; BUILDS] = [const { AtomicPtr::new(ptr::null_mut()) }; BUILDS];
/// What was installed before, by [`SIGNALS`].
static PREVIOUS: OnceLock<[sigaction; 2]> = OnceLock::new();

/// Serves the guests of `build` from now on.
pub(crate) fn serve(build: Build, api: &Api) {
    static INSTALLED: Once = Once::new();
    let leaked = Box::into_raw(Box::new(*api));
    OPEN[build as usize].store(leaked, Ordering::Release);
    INSTALLED.call_once(|| {
        PREVIOUS.get_or_init(|| SIGNALS.map(installed));
        for signal in SIGNALS {
            put(signal, ours());
        }
    });
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
    // As other engines' are installed, whose guests use up their stacks.
    action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
    action
}

/// Only atomics and other handlers: nothing that a signal could have interrupted half-way.
unsafe extern "C" fn fault(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    for api in &OPEN {
        // SAFETY: null or leaked.
        let Some(api) = (unsafe { api.load(Ordering::Acquire).as_ref() }) else {
            continue;
        };
        // SAFETY: the library stays open; the function reads a thread-local.
        if unsafe { (api.in_guest)() } {
            // SAFETY: a handler's arguments. It may jump back into WAMR, over this frame,
            // which owns nothing.
            unsafe { (api.fault)(signal, info.cast(), context) };
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
