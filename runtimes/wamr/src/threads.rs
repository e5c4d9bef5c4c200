//! What each thread sets up before it calls guests, and takes down when it ends.

use std::cell::{Cell, RefCell};

use crate::library::{BUILDS, Library};

/// Stack that a host call must find: enough for any of them, logging and inference included.
/// A guest in generated code may have used all but the last three KiB.
const ROOM: usize = 256 << 10;

thread_local! {
    /// For each build the lowest address at which a host call may begin; 0 before the
    /// thread was set up.
    static LIMITS: [Cell<usize>; BUILDS] = const { [const { Cell::new(0) }; BUILDS] };
    static LEAVING: RefCell<Leaving> = const { RefCell::new(Leaving(Vec::new())) };
}

/// Sets this thread up for `library` at the first call; answers the lowest address at which
/// a host call may begin, or `None` where WAMR could not set it up.
#[inline]
pub(crate) fn enter(library: &'static Library) -> Option<usize> {
    match LIMITS.with(|limits| limits[library.build as usize].get()) {
        0 => set_up(library),
        limit => Some(limit),
    }
}

#[cold]
fn set_up(library: &'static Library) -> Option<usize> {
    let api = &library.api;
    // SAFETY: the library is initialised.
    let done = unsafe { (api.init_thread)() };
    if !done {
        return None;
    }
    // A thread that is ending already has nothing to take down with.
    let _ = LEAVING.try_with(|leaving| leaving.borrow_mut().0.push(library));
    // SAFETY: the library is initialised.
    let bottom = unsafe { (api.stack_boundary)() } as usize;
    let here = std::ptr::from_ref(&done) as usize;
    // A thread with a small stack keeps a quarter of it for the host.
    let limit = bottom + ROOM.min(here.saturating_sub(bottom) / 4);
    LIMITS.with(|limits| limits[library.build as usize].set(limit));
    Some(limit)
}

/// What this thread was set up for; ends with it.
struct Leaving(Vec<&'static Library>);

impl Drop for Leaving {
    fn drop(&mut self) {
        for library in &self.0 {
            LIMITS.with(|limits| limits[library.build as usize].set(0));
            // SAFETY: set up by this thread, which runs no guest any more.
            unsafe { (library.api.destroy_thread)() };
        }
    }
}
