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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::Status;
    use crate::services::InProcess;
    use crate::testing::{FakeGuest, MEMORY};

    fn guest() -> FakeGuest {
        let builder = InProcess::builder()
            .foreign_function("reverse", |arguments, out| {
                out.extend(arguments.iter().rev());
                Ok(())
            })
            .foreign_function("fail", |_, _| Err(Status::Unimplemented));
        FakeGuest::new(builder)
    }

    fn call(guest: &mut FakeGuest, name: &[u8], arguments: &[u8]) -> (u32, Vec<u8>) {
        let ((name, name_size), (at, size)) = (guest.put(name), guest.put(arguments));
        let (data, length) = (guest.slot(), guest.slot());
        match proxy_call_foreign_function(guest, name, name_size, at, size, data, length).unwrap() {
            0 => (0, guest.returned(data, length)),
            status => (status, Vec::new()),
        }
    }

    #[test]
    fn the_functions_result_is_copied_to_the_guest() {
        let mut guest = guest();
        assert_eq!(call(&mut guest, b"reverse", b"abc"), (0, b"cba".to_vec()));
        assert_eq!(call(&mut guest, b"reverse", b""), (0, Vec::new()));
    }

    #[test]
    fn unknown_functions_and_their_own_failures_are_told() {
        let mut guest = guest();
        assert_eq!(call(&mut guest, b"nothing", b"").0, Status::NotFound as u32);
        assert_eq!(
            call(&mut guest, b"fail", b"").0,
            Status::Unimplemented as u32
        );
        let status = proxy_call_foreign_function(&mut guest, MEMORY, 1, 0, 0, 0, 0);
        assert_eq!(status, Ok(Status::InvalidMemoryAccess as u32));
    }
}
