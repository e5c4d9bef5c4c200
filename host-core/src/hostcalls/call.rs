//! What every host call does: guard, tape, and answers that live in guest memory.

use crate::abi::Status;
use crate::tape::Tape;
use crate::{Failure, Guest, GuestMemory, Host};

/// Runs one host call. While the guest's allocator runs, every call but `proxy_log` is
/// refused: the host is then in the middle of another call.
#[inline]
pub(crate) fn enter<G: Guest>(
    guest: &mut G,
    name: &'static str,
    body: impl FnOnce(&mut G) -> Result<(), Failure<G::Trap>>,
) -> Result<u32, G::Trap> {
    if guest.host().allocating {
        return Ok(Status::InternalFailure as u32);
    }
    enter_anytime(guest, name, body)
}

/// Runs one host call that is allowed even while the guest's allocator runs.
#[inline]
pub(crate) fn enter_anytime<G: Guest>(
    guest: &mut G,
    name: &'static str,
    body: impl FnOnce(&mut G) -> Result<(), Failure<G::Trap>>,
) -> Result<u32, G::Trap> {
    record(guest.host(), |tape| tape.begin(name));
    let status = match body(guest) {
        Ok(()) => Status::Ok,
        Err(Failure::Status(status)) => status,
        Err(Failure::Trap(trap)) => return Err(trap),
    };
    record(guest.host(), |tape| tape.end(status as u32));
    Ok(status as u32)
}

/// Lets `note` write to the tape, when there is one.
#[inline]
pub(crate) fn record(host: &mut Host, note: impl FnOnce(&mut Tape)) {
    if let Some(tape) = &mut host.tape {
        note(tape);
    }
}

/// Records `bytes` that the guest gave.
#[inline]
pub(crate) fn record_input(host: &mut Host, bytes: &[u8]) {
    record(host, |tape| tape.input(bytes));
}

/// Allocates `size` bytes in the guest, lets `fill` write them, and stores pointer and size
/// at the return addresses. No bytes at all are a null pointer and no allocation.
#[inline]
pub(crate) fn give<G: Guest>(
    guest: &mut G,
    size: usize,
    return_data: usize,
    return_size: usize,
    fill: impl FnOnce(&Host, &mut [u8]),
) -> Result<(), Failure<G::Trap>> {
    let address = if size == 0 { 0 } else { allocate(guest, size)? };
    let (mut memory, host) = guest.split();
    if size > 0 {
        let place = memory.write(address, size)?;
        fill(host, place);
        if let Some(tape) = &mut host.tape {
            tape.output(place);
        }
    }
    memory.store_size(return_data, address)?;
    memory.store_size(return_size, size)?;
    Ok(())
}

/// [`give`] for bytes that are at hand.
#[inline]
pub(crate) fn give_bytes<G: Guest>(
    guest: &mut G,
    bytes: &[u8],
    return_data: usize,
    return_size: usize,
) -> Result<(), Failure<G::Trap>> {
    give(guest, bytes.len(), return_data, return_size, |_, place| {
        place.copy_from_slice(bytes)
    })
}

#[inline]
fn allocate<G: Guest>(guest: &mut G, size: usize) -> Result<usize, Failure<G::Trap>> {
    let host = guest.host();
    host.allocating = true;
    record(host, |tape| tape.allocator(true));
    let address = guest.allocate(size);
    let host = guest.host();
    host.allocating = false;
    record(host, |tape| tape.allocator(false));
    match address {
        Ok(0) => Err(Status::InvalidMemoryAccess.into()),
        Ok(address) => Ok(address),
        Err(trap) => Err(Failure::Trap(trap)),
    }
}
