//! Helpers that emscripten modules import and never rely on.

use crate::Guest;

/// `pthread_equal` of a guest that has one thread.
pub fn pthread_equal<G: Guest>(_: &mut G, left: u32, right: u32) -> Result<u32, G::Trap> {
    Ok(u32::from(left == right))
}

/// Told when linear memory grew; the host looks memory up afresh each time anyway.
pub fn emscripten_notify_memory_growth<G: Guest>(_: &mut G, _memory: u32) -> Result<(), G::Trap> {
    Ok(())
}
