//! Contexts: which one host calls act on, and their end.

use std::time::Duration;

use super::call::{enter, record};
use crate::Guest;
use crate::abi::Status;
use crate::context::{Context, DoneState};

/// `proxy_set_effective_context`: `BAD_ARGUMENT` for an unknown context.
pub fn proxy_set_effective_context<G: Guest>(guest: &mut G, context: u32) -> Result<u32, G::Trap> {
    enter(guest, "proxy_set_effective_context", |guest| {
        let host = guest.host();
        record(host, |tape| tape.scalar(u64::from(context)));
        host.contexts.get(context).ok_or(Status::BadArgument)?;
        host.effective = context;
        Ok(())
    })
}

/// `proxy_done`: the context that answered false to `proxy_on_done` may end now.
/// `NOT_FOUND` when the context was not waiting for it.
pub fn proxy_done<G: Guest>(guest: &mut G) -> Result<u32, G::Trap> {
    enter(guest, "proxy_done", |guest| {
        let host = guest.host();
        let id = host.effective;
        match host.contexts.get_mut(id) {
            Some(Context::Stream {
                done: done @ DoneState::Awaited,
                ..
            }) => {
                *done = DoneState::Called;
                host.finished.push(id);
                Ok(())
            }
            _ => Err(Status::NotFound.into()),
        }
    })
}

/// `proxy_set_tick_period_milliseconds`: how often `proxy_on_tick` is called on the root of
/// the effective context; 0 ends it.
pub fn proxy_set_tick_period_milliseconds<G: Guest>(
    guest: &mut G,
    period: u32,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_set_tick_period_milliseconds", |guest| {
        let host = guest.host();
        record(host, |tape| tape.scalar(u64::from(period)));
        let id = host.effective_root_id().ok_or(Status::BadArgument)?;
        let period = (period > 0).then(|| Duration::from_millis(u64::from(period)));
        if let Some(Context::Root(root)) = host.contexts.get_mut(id) {
            root.tick_period = period;
        }
        host.services.tick_period(host.vm_number, id, period);
        Ok(())
    })
}
