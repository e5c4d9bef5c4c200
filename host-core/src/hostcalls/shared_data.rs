//! Data that VMs share.

use super::call::{enter, give_bytes, record};
use crate::abi::Status;
use crate::{Guest, GuestMemory};

/// `proxy_get_shared_data`: the value of a key and the number of its last change.
/// `NOT_FOUND` when there is none.
pub fn proxy_get_shared_data<G: Guest>(
    guest: &mut G,
    key: usize,
    key_size: usize,
    return_value: usize,
    return_size: usize,
    return_cas: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_get_shared_data", |guest| {
        let (mut memory, host) = guest.split();
        memory.write(return_cas, 4)?;
        let key = memory.read(key, key_size)?;
        record(host, |tape| tape.input(key));
        let vm_id = host.vm.vm_id.as_bytes();
        let (value, cas) = host
            .services
            .shared()
            .get(vm_id, key)
            .ok_or(Status::NotFound)?;
        drop(memory);
        give_bytes(guest, &value, return_value, return_size)?;
        let (mut memory, host) = guest.split();
        record(host, |tape| tape.scalar(u64::from(cas)));
        memory.store_u32(return_cas, cas)?;
        Ok(())
    })
}

/// `proxy_set_shared_data`: sets the value of a key; with `cas` other than 0 only when that
/// is the number of its last change, else `CAS_MISMATCH`. `BAD_ARGUMENT` for a key or value
/// beyond its limit.
pub fn proxy_set_shared_data<G: Guest>(
    guest: &mut G,
    key: usize,
    key_size: usize,
    value: usize,
    value_size: usize,
    cas: u32,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_set_shared_data", |guest| {
        let (memory, host) = guest.split();
        let key = memory.read(key, key_size)?;
        let value = memory.read(value, value_size)?;
        record(host, |tape| {
            tape.input(key);
            tape.input(value);
            tape.scalar(u64::from(cas));
        });
        host.services
            .shared()
            .set(host.vm.vm_id.as_bytes(), key, value, cas)?;
        Ok(())
    })
}
