//! Functions of the embedding proxy that Proxy-Wasm does not name.

use super::call::{enter, give_bytes, record};
use crate::{Guest, GuestMemory};

/// `proxy_call_foreign_function`: calls a function of the proxy by name. `NOT_FOUND` for an
/// unknown one, else whatever the function answers.
pub fn proxy_call_foreign_function<G: Guest>(
    guest: &mut G,
    name: usize,
    name_size: usize,
    arguments: usize,
    arguments_size: usize,
    return_data: usize,
    return_size: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_call_foreign_function", |guest| {
        let (memory, host) = guest.split();
        let name = memory.read(name, name_size)?;
        let arguments = memory.read(arguments, arguments_size)?;
        record(host, |tape| {
            tape.input(name);
            tape.input(arguments);
        });
        let mut result = std::mem::take(&mut host.scratch);
        result.clear();
        let answer = host.services.foreign_function(name, arguments, &mut result);
        drop(memory);
        let outcome = match answer {
            Ok(()) => give_bytes(guest, &result, return_data, return_size),
            Err(status) => Err(status.into()),
        };
        guest.host().scratch = result;
        outcome
    })
}
