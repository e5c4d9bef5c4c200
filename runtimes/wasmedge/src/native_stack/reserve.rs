//! A guest's stack, its lowest part closed.

use corosensei::stack::{DefaultStack, Stack as _};

/// Bytes that a guest may use, as much as wasmi gives it.
const GUEST: usize = 4 << 20;
/// Bytes for the library's and the host's own code once the guest's are used up.
const RESERVE: usize = 256 << 10;

/// A stack that a thread keeps for guests.
pub(super) struct GuestStack(DefaultStack);

impl GuestStack {
    pub(super) fn new() -> Result<Self, String> {
        let stack = DefaultStack::new(GUEST + RESERVE)
            .map_err(|error| format!("no stack for the guest: {error}"))?;
        let stack = Self(stack);
        set_open(stack.reserve(), false);
        Ok(stack)
    }

    /// First address of the reserve, and the first after it.
    pub(super) fn reserve(&self) -> (usize, usize) {
        // The lowest page or so is a guard that is never opened.
        let page = 64 << 10;
        let first = (self.0.limit().get() + page).next_multiple_of(page);
        (first, first + RESERVE)
    }

    #[inline]
    pub(super) fn run<T>(&mut self, call: impl FnOnce() -> T) -> T {
        corosensei::on_stack(&mut self.0, call)
    }
}

/// Opens or closes the reserve. Nothing but a system call, so the fault handler may.
pub(super) fn set_open((first, end): (usize, usize), open: bool) {
    let rights = match open {
        true => libc::PROT_READ | libc::PROT_WRITE,
        false => libc::PROT_NONE,
    };
    // SAFETY: whole pages of a stack that this thread owns; closed only while nothing of it
    // is in use. Where the system refuses, the stack is the plain one that it was.
    unsafe {
        let first = std::ptr::with_exposed_provenance_mut::<libc::c_void>(first);
        libc::mprotect(first, end - first.addr(), rights);
    }
}
