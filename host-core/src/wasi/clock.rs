//! Clocks.

use super::errno;
use crate::abi::Errno;
use crate::{Guest, GuestMemory};

const REALTIME: u32 = 0;
const MONOTONIC: u32 = 1;

/// `clock_time_get`: nanoseconds of the real-time (0) or the monotonic clock (1). `NOTSUP`
/// for others.
pub fn clock_time_get<G: Guest>(
    guest: &mut G,
    clock: u32,
    _precision: u64,
    return_time: usize,
) -> Result<u32, G::Trap> {
    let (mut memory, host) = guest.split();
    let time = match clock {
        REALTIME => host.services.now(),
        MONOTONIC => host.services.monotonic(),
        _ => return Ok(Errno::Notsup as u32),
    };
    Ok(errno(
        memory.store_u64(return_time, time).map_err(Errno::from),
    ))
}

/// `clock_res_get`: 1 ns for the clocks that there are. `NOTSUP` for others.
pub fn clock_res_get<G: Guest>(
    guest: &mut G,
    clock: u32,
    return_resolution: usize,
) -> Result<u32, G::Trap> {
    if !matches!(clock, REALTIME | MONOTONIC) {
        return Ok(Errno::Notsup as u32);
    }
    let (mut memory, _) = guest.split();
    Ok(errno(
        memory.store_u64(return_resolution, 1).map_err(Errno::from),
    ))
}
