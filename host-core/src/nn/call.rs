//! What every function of wasi-nn does: guard, tape, errno and the reason in the log.

use super::{Inference, Refusal};
use crate::abi::{LogLevel, NnErrno};
use crate::hostcalls::record;
use crate::services::Services;
use crate::{Guest, Host};

/// Runs one call. While the guest's allocator runs, every call is refused: the host is then
/// in the middle of another.
#[inline]
pub(super) fn answer<G: Guest>(
    guest: &mut G,
    name: &'static str,
    body: impl FnOnce(&mut G) -> Result<(), Refusal>,
) -> u32 {
    if guest.host().allocating {
        return NnErrno::Busy as u32;
    }
    record(guest.host(), |tape| tape.begin(name));
    let errno = match body(guest) {
        Ok(()) => NnErrno::Success,
        Err(refusal) => tell(guest.host(), name, &refusal),
    };
    record(guest.host(), |tape| tape.end(errno as u32));
    errno as u32
}

#[cold]
fn tell(host: &Host, name: &str, refusal: &Refusal) -> NnErrno {
    if host.services.log_level() <= LogLevel::Warn {
        let line = format!("{name}: {refusal}");
        host.services
            .log(LogLevel::Warn, host.plugin_name(), line.as_bytes());
    }
    refusal.errno
}

/// What the embedder offers.
pub(super) fn offered(services: &dyn Services) -> Result<&Inference, Refusal> {
    services.inference().ok_or_else(|| {
        Refusal::new(
            NnErrno::UnsupportedOperation,
            "this host has no backend for neural networks",
        )
    })
}
