//! The end of the guest, its turn and its randomness.

use super::errno;
use crate::abi::Errno;
use crate::{Guest, GuestMemory};

/// Bytes that one `random_get` may ask for.
const MOST_RANDOM: usize = 64 << 10;

/// `proc_exit`: ends the VM, not the process.
pub fn proc_exit<G: Guest>(guest: &mut G, code: u32) -> Result<(), G::Trap> {
    Err(guest.exit(code))
}

/// `sched_yield`: goes on, as a guest has one thread.
pub fn sched_yield<G: Guest>(_: &mut G) -> Result<u32, G::Trap> {
    Ok(Errno::Success as u32)
}

/// `random_get`: `INVAL` for more than 64 KiB.
pub fn random_get<G: Guest>(guest: &mut G, buffer: usize, length: usize) -> Result<u32, G::Trap> {
    if length > MOST_RANDOM {
        return Ok(Errno::Inval as u32);
    }
    let (mut memory, host) = guest.split();
    let place = memory.write(buffer, length);
    Ok(errno(
        place
            .map(|place| host.services.random(place))
            .map_err(Errno::from),
    ))
}
