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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::VmSettings;
    use crate::services::InProcess;
    use crate::testing::{FakeGuest, MEMORY};

    fn set(guest: &mut FakeGuest, key: &[u8], value: &[u8], cas: u32) -> u32 {
        let ((key, key_size), (value, value_size)) = (guest.put(key), guest.put(value));
        proxy_set_shared_data(guest, key, key_size, value, value_size, cas).unwrap()
    }

    fn get(guest: &mut FakeGuest, key: &[u8]) -> Result<(Vec<u8>, u32), u32> {
        let (key, key_size) = guest.put(key);
        let (data, size, cas) = (guest.slot(), guest.slot(), guest.slot());
        match proxy_get_shared_data(guest, key, key_size, data, size, cas).unwrap() {
            0 => Ok((guest.returned(data, size), guest.u32_at(cas))),
            status => Err(status),
        }
    }

    #[test]
    fn a_value_is_changed_only_by_who_saw_it_last() {
        let mut guest = FakeGuest::new(InProcess::builder());
        assert_eq!(get(&mut guest, b"key"), Err(Status::NotFound as u32));
        assert_eq!(set(&mut guest, b"key", b"one", 0), 0);
        assert_eq!(get(&mut guest, b"key"), Ok((b"one".to_vec(), 1)));
        assert_eq!(set(&mut guest, b"key", b"two", 1), 0);
        assert_eq!(
            set(&mut guest, b"key", b"three", 1),
            Status::CasMismatch as u32
        );
        assert_eq!(set(&mut guest, b"key", b"", 0), 0);
        assert_eq!(get(&mut guest, b"key"), Ok((Vec::new(), 3)));
    }

    #[test]
    fn data_belongs_to_the_vm_id() {
        let mut first = FakeGuest::new(InProcess::builder());
        let settings = |id: &str| VmSettings {
            vm_id: id.into(),
            ..VmSettings::default()
        };
        let mut same = FakeGuest::sharing(first.services.clone(), settings("vm"));
        let mut other = FakeGuest::sharing(first.services.clone(), settings("other"));
        set(&mut first, b"key", b"value", 0);
        assert_eq!(get(&mut same, b"key"), Ok((b"value".to_vec(), 1)));
        assert_eq!(get(&mut other, b"key"), Err(Status::NotFound as u32));
    }

    #[test]
    fn bad_addresses_are_told_and_change_nothing() {
        let mut guest = FakeGuest::new(InProcess::builder());
        let invalid = Ok(Status::InvalidMemoryAccess as u32);
        let (key, size) = guest.put(b"key");
        assert_eq!(
            proxy_set_shared_data(&mut guest, key, size, MEMORY, 1, 0),
            invalid
        );
        assert_eq!(get(&mut guest, b"key"), Err(Status::NotFound as u32));
        set(&mut guest, b"key", b"value", 0);
        let slot = guest.slot();
        for (data, length, cas) in [
            (MEMORY, slot, slot),
            (slot, MEMORY - 3, slot),
            (slot, slot, MEMORY),
        ] {
            assert_eq!(
                proxy_get_shared_data(&mut guest, key, size, data, length, cas),
                invalid
            );
        }
    }
}
