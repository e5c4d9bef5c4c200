//! Waiting, which a filter must not do.

use super::errno;
use crate::abi::Errno;
use crate::{Guest, GuestMemory, OutOfBounds};

/// Bytes of a subscription: user data, tag at 8, then by tag.
const SUBSCRIPTION: usize = 48;
/// Bytes of an event: user data, error number at 8, type at 10, count and flags from 16.
const EVENT: usize = 32;
/// Subscriptions that one call may have.
const MOST: u32 = 1_024;

const CLOCK: u8 = 0;
const FD_READ: u8 = 1;
const FD_WRITE: u8 = 2;

/// `poll_oneoff`: every clock has elapsed at once, because a guest that slept would hold up
/// the proxy's thread; descriptors cannot be waited for (`NOTSUP` in their event). `INVAL`
/// for no or more than 1,024 subscriptions and for unknown kinds.
pub fn poll_oneoff<G: Guest>(
    guest: &mut G,
    subscriptions: usize,
    events: usize,
    count: u32,
    return_events: usize,
) -> Result<u32, G::Trap> {
    let (mut memory, _) = guest.split();
    Ok(errno(poll(
        &mut memory,
        subscriptions,
        events,
        count,
        return_events,
    )))
}

fn poll(
    memory: &mut impl GuestMemory,
    subscriptions: usize,
    events: usize,
    count: u32,
    return_events: usize,
) -> Result<(), Errno> {
    if count == 0 || count > MOST {
        return Err(Errno::Inval);
    }
    let count = count as usize;
    // The two ranges may overlap, so all is read before anything is written.
    let read = memory.read(subscriptions, count * SUBSCRIPTION)?;
    let mut answer = vec![0; count * EVENT];
    for (subscription, event) in read
        .chunks_exact(SUBSCRIPTION)
        .zip(answer.chunks_exact_mut(EVENT))
    {
        let kind = subscription[8];
        let error = match kind {
            CLOCK => Errno::Success,
            FD_READ | FD_WRITE => Errno::Notsup,
            _ => return Err(Errno::Inval),
        };
        event[..8].copy_from_slice(&subscription[..8]);
        event[8..10].copy_from_slice(&(error as u16).to_le_bytes());
        event[10] = kind;
    }
    memory.write(return_events, memory.size_width())?;
    memory
        .write(events, answer.len())
        .map_err(|OutOfBounds| Errno::Fault)?
        .copy_from_slice(&answer);
    memory.store_size(return_events, count)?;
    Ok(())
}
