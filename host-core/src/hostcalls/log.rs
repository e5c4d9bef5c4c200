//! Logs and the clock.

use super::call::{enter, enter_anytime, record_input};
use crate::abi::{LogLevel, Status};
use crate::{Guest, GuestMemory};

/// `proxy_log`: a line for the plugin's log. `BAD_ARGUMENT` for an unknown level.
pub fn proxy_log<G: Guest>(
    guest: &mut G,
    level: u32,
    message: usize,
    message_size: usize,
) -> Result<u32, G::Trap> {
    enter_anytime(guest, "proxy_log", |guest| {
        let (memory, host) = guest.split();
        let level = LogLevel::from_u32(level).ok_or(Status::BadArgument)?;
        let message = memory.read(message, message_size)?;
        if let Some(tape) = &mut host.tape {
            tape.scalar(u64::from(level as u32));
            tape.input(message);
        }
        if level >= host.services.log_level() {
            host.services.log(level, host.plugin_name(), message);
        }
        Ok(())
    })
}

/// `proxy_get_log_level`: the least severe level that is kept.
pub fn proxy_get_log_level<G: Guest>(guest: &mut G, return_level: usize) -> Result<u32, G::Trap> {
    enter(guest, "proxy_get_log_level", |guest| {
        let (mut memory, host) = guest.split();
        let level = host.services.log_level() as u32;
        memory.store_u32(return_level, level)?;
        record_input(host, &level.to_le_bytes());
        Ok(())
    })
}

/// `proxy_get_current_time_nanoseconds`: ns since the Unix epoch.
pub fn proxy_get_current_time_nanoseconds<G: Guest>(
    guest: &mut G,
    return_time: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_get_current_time_nanoseconds", |guest| {
        let (mut memory, host) = guest.split();
        memory.store_u64(return_time, host.services.now())?;
        Ok(())
    })
}
