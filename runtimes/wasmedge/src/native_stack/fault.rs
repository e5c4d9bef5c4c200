//! Faults: the guest's go to the library, all others to who had the handlers before.
//!
//! WasmEdge sets its handlers when the first thread enters compiled code and sets the
//! system's default when the last one leaves. That costs six system calls for every call
//! from outside, takes other engines' handlers away, and races between threads. A thread
//! that never leaves keeps them in place; the handlers here stand before them.

use std::ffi::{c_int, c_void};
use std::sync::OnceLock;

use super::{THREAD, reserve};

const SIGNALS: [c_int; 3] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE];

struct Handlers {
    engine: [libc::sigaction; 3],
    previous: [libc::sigaction; 3],
    /// Code of the program and its libraries, none of it a guest's.
    code: Vec<(usize, usize)>,
}

static HANDLERS: OnceLock<Handlers> = OnceLock::new();

/// Puts the handlers in front of those that `hold` makes the library set and keep. To be
/// called once.
pub(crate) fn install(hold: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let _alone = super::signals::alone();
    let previous = current();
    hold()?;
    let engine = current();
    if engine[0].sa_sigaction == previous[0].sa_sigaction {
        return Err("it set no fault handler on entering compiled code".to_owned());
    }
    let handlers = Handlers {
        engine,
        previous,
        code: code(),
    };
    if HANDLERS.set(handlers).is_ok() {
        for signal in SIGNALS {
            // SAFETY: a zeroed action is a valid one, and the handler has the type that
            // SA_SIGINFO asks for. It runs on the thread's alternative stack, which every
            // thread of the standard library has.
            unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                action.sa_sigaction = on_fault as *const () as usize;
                action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
                libc::sigaction(signal, &action, std::ptr::null_mut());
            }
        }
    }
    Ok(())
}

fn current() -> [libc::sigaction; 3] {
    SIGNALS.map(|signal| {
        // SAFETY: asks for the action and changes none.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            libc::sigaction(signal, std::ptr::null(), &mut action);
            action
        }
    })
}

/// Where the code of files lies. Guests' code, from the JIT or an artifact, has no file.
fn code() -> Vec<(usize, usize)> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let range = |line: &str| {
        let mut fields = line.split_ascii_whitespace();
        let (range, rights) = (fields.next()?, fields.next()?);
        let name = fields.nth(3)?;
        let (first, end) = range.split_once('-')?;
        let number = |text| usize::from_str_radix(text, 16).ok();
        (rights.contains('x') && (name.starts_with('/') || name == "[vdso]"))
            .then_some((number(first)?, number(end)?))
    };
    maps.lines().filter_map(range).collect()
}

unsafe extern "C" fn on_fault(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let Some(handlers) = HANDLERS.get() else {
        return;
    };
    let number = SIGNALS
        .iter()
        .position(|known| *known == signal)
        .unwrap_or(0);
    // SAFETY: the system's own report of this fault.
    let (address, place) = unsafe { ((*info).si_addr().addr(), instruction(context)) };
    let in_guest = THREAD.with(|thread| {
        if thread.depth.get() == 0 {
            return false;
        }
        let (first, end) = thread.reserve.get();
        let at_end_of_stack =
            signal != libc::SIGFPE && (first - (128 << 10)..end).contains(&address);
        if !at_end_of_stack {
            return !thread.in_host.get();
        }
        let is_ours = thread.in_host.get()
            || handlers
                .code
                .iter()
                .any(|(from, to)| (*from..*to).contains(&place));
        if is_ours && address >= first && !thread.open.get() {
            thread.open.set(true);
            reserve::set_open(thread.reserve.get(), true);
            return false;
        }
        if !is_ours {
            thread.overflowed.set(true);
        }
        !is_ours
    });
    let retry = THREAD.with(|thread| {
        thread.depth.get() > 0 && thread.open.get() && {
            let (first, end) = thread.reserve.get();
            (first..end).contains(&address)
        }
    });
    if in_guest {
        // SAFETY: the thread is inside of the library's compiled code, and the handler is
        // the one that it set for this; it does not come back but leaves the guest.
        unsafe { forward(&handlers.engine[number], signal, info, context) };
    } else if !retry {
        // SAFETY: whoever was asked before this handler was there is asked now.
        unsafe { forward(&handlers.previous[number], signal, info, context) };
    }
}

/// Does what `action` would have done.
///
/// # Safety
/// Only for the fault that is being handled.
unsafe fn forward(
    action: &libc::sigaction,
    signal: c_int,
    info: *mut libc::siginfo_t,
    context: *mut c_void,
) {
    // SAFETY: the handler's type is told by its flags; with the default action back in
    // place, the instruction faults again and the process ends as it would have.
    unsafe {
        match action.sa_sigaction {
            libc::SIG_DFL | libc::SIG_IGN => {
                libc::signal(signal, libc::SIG_DFL);
            }
            handler if action.sa_flags & libc::SA_SIGINFO != 0 => {
                type Full = unsafe extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);
                std::mem::transmute::<usize, Full>(handler)(signal, info, context);
            }
            handler => {
                std::mem::transmute::<usize, unsafe extern "C" fn(c_int)>(handler)(signal);
            }
        }
    }
}

/// Address of the instruction that faulted; 0 on processors where it is not known how to
/// tell, which takes every fault at the end of the stack for the guest's.
///
/// # Safety
/// `context` must be what the system gave the handler.
unsafe fn instruction(context: *mut c_void) -> usize {
    let context = context.cast::<libc::ucontext_t>();
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the caller's promise.
    return unsafe { (*context).uc_mcontext.gregs[libc::REG_RIP as usize] } as usize;
    #[cfg(target_arch = "aarch64")]
    // SAFETY: the caller's promise.
    return unsafe { (*context).uc_mcontext.pc } as usize;
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    {
        let _ = context;
        0
    }
}
