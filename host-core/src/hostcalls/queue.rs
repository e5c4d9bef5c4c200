//! Queues that VMs share.

use super::call::{enter, give_bytes, record};
use crate::abi::Status;
use crate::{Guest, GuestMemory};

/// `proxy_register_shared_queue`: makes a queue of this VM id, or finds it, and has the
/// context's root told when it has something. `BAD_ARGUMENT` outside a context.
pub fn proxy_register_shared_queue<G: Guest>(
    guest: &mut G,
    name: usize,
    name_size: usize,
    return_queue: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_register_shared_queue", |guest| {
        let (mut memory, host) = guest.split();
        memory.write(return_queue, 4)?;
        let name = memory.read(name, name_size)?;
        record(host, |tape| tape.input(name));
        let root = host.effective_root_id().ok_or(Status::BadArgument)?;
        let shared = host.services.shared();
        let queue = shared.register_queue(host.vm.vm_id.as_bytes(), name, host.vm_number, root)?;
        record(host, |tape| tape.scalar(u64::from(queue)));
        memory.store_u32(return_queue, queue)?;
        Ok(())
    })
}

/// `proxy_resolve_shared_queue`: the queue of that name and VM id; an empty VM id is the
/// caller's own. `NOT_FOUND` when nobody registered it.
pub fn proxy_resolve_shared_queue<G: Guest>(
    guest: &mut G,
    vm: usize,
    vm_size: usize,
    name: usize,
    name_size: usize,
    return_queue: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_resolve_shared_queue", |guest| {
        let (mut memory, host) = guest.split();
        memory.write(return_queue, 4)?;
        let vm_id = memory.read(vm, vm_size)?;
        let name = memory.read(name, name_size)?;
        record(host, |tape| {
            tape.input(vm_id);
            tape.input(name);
        });
        let vm_id = if vm_id.is_empty() {
            host.vm.vm_id.as_bytes()
        } else {
            vm_id
        };
        let queue = host
            .services
            .shared()
            .resolve_queue(vm_id, name)
            .ok_or(Status::NotFound)?;
        record(host, |tape| tape.scalar(u64::from(queue)));
        memory.store_u32(return_queue, queue)?;
        Ok(())
    })
}

/// `proxy_enqueue_shared_queue`: puts an item at the end. `NOT_FOUND` for an unknown queue,
/// `BAD_ARGUMENT` for an item beyond its limit, `INTERNAL_FAILURE` when the queue is full.
pub fn proxy_enqueue_shared_queue<G: Guest>(
    guest: &mut G,
    queue: u32,
    value: usize,
    value_size: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_enqueue_shared_queue", |guest| {
        let (memory, host) = guest.split();
        let value = memory.read(value, value_size)?;
        record(host, |tape| {
            tape.scalar(u64::from(queue));
            tape.input(value);
        });
        host.services.shared().enqueue(queue, value)?;
        Ok(())
    })
}

/// `proxy_dequeue_shared_queue`: takes the first item. `EMPTY` when there is none,
/// `NOT_FOUND` for an unknown queue. An item for which the guest has no memory stays the first.
pub fn proxy_dequeue_shared_queue<G: Guest>(
    guest: &mut G,
    queue: u32,
    return_value: usize,
    return_size: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_dequeue_shared_queue", |guest| {
        let (mut memory, host) = guest.split();
        record(host, |tape| tape.scalar(u64::from(queue)));
        // Refused before, so that the queue is not touched for nothing.
        let width = memory.size_width();
        memory.write(return_value, width)?;
        memory.write(return_size, width)?;
        let item = host.services.shared().dequeue(queue)?;
        drop(memory);
        let given = give_bytes(guest, &item, return_value, return_size);
        if given.is_err() {
            guest.host().services.shared().put_back(queue, item);
        }
        given
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::{InProcess, Services};
    use crate::testing::{FakeGuest, MEMORY};

    fn register(guest: &mut FakeGuest, name: &[u8]) -> u32 {
        let (name, size) = guest.put(name);
        let slot = guest.slot();
        assert_eq!(proxy_register_shared_queue(guest, name, size, slot), Ok(0));
        guest.u32_at(slot)
    }

    fn resolve(guest: &mut FakeGuest, vm: &[u8], name: &[u8]) -> Result<u32, u32> {
        let ((vm, vm_size), (name, size)) = (guest.put(vm), guest.put(name));
        let slot = guest.slot();
        match proxy_resolve_shared_queue(guest, vm, vm_size, name, size, slot).unwrap() {
            0 => Ok(guest.u32_at(slot)),
            status => Err(status),
        }
    }

    fn enqueue(guest: &mut FakeGuest, queue: u32, item: &[u8]) -> u32 {
        let (item, size) = guest.put(item);
        proxy_enqueue_shared_queue(guest, queue, item, size).unwrap()
    }

    fn dequeue(guest: &mut FakeGuest, queue: u32) -> Result<Vec<u8>, u32> {
        let (data, size) = (guest.slot(), guest.slot());
        match proxy_dequeue_shared_queue(guest, queue, data, size).unwrap() {
            0 => Ok(guest.returned(data, size)),
            status => Err(status),
        }
    }

    #[test]
    fn items_come_out_in_the_order_in_which_they_went_in() {
        let mut guest = FakeGuest::new(InProcess::builder());
        let queue = register(&mut guest, b"jobs");
        assert_eq!(register(&mut guest, b"jobs"), queue);
        assert_ne!(register(&mut guest, b"others"), queue);
        assert_eq!(resolve(&mut guest, b"vm", b"jobs"), Ok(queue));
        assert_eq!(resolve(&mut guest, b"", b"jobs"), Ok(queue));
        assert_eq!(
            resolve(&mut guest, b"vm2", b"jobs"),
            Err(Status::NotFound as u32)
        );
        assert_eq!(
            (
                enqueue(&mut guest, queue, b"1"),
                enqueue(&mut guest, queue, b"")
            ),
            (0, 0)
        );
        assert_eq!(dequeue(&mut guest, queue), Ok(b"1".to_vec()));
        assert_eq!(dequeue(&mut guest, queue), Ok(Vec::new()));
        assert_eq!(dequeue(&mut guest, queue), Err(Status::Empty as u32));
    }

    #[test]
    fn the_root_that_registered_is_woken_once_for_each_item() {
        let mut guest = FakeGuest::new(InProcess::builder());
        let queue = register(&mut guest, b"jobs");
        let (vm, root) = (guest.host.vm_number, guest.root);
        assert!(guest.services.shared().take_wakes(vm).is_empty());
        enqueue(&mut guest, queue, b"1");
        enqueue(&mut guest, queue, b"2");
        assert_eq!(
            guest.services.shared().take_wakes(vm),
            [(root, queue), (root, queue)]
        );
        assert!(guest.services.shared().take_wakes(vm).is_empty());
    }

    #[test]
    fn an_ended_vm_is_woken_no_more() {
        let mut guest = FakeGuest::new(InProcess::builder());
        let other = FakeGuest::sharing(guest.services.clone(), (*guest.host.vm).clone());
        let queue = register(&mut guest, b"jobs");
        let mut other = other;
        register(&mut other, b"jobs");
        let ended = other.host.vm_number;
        drop(other);
        enqueue(&mut guest, queue, b"1");
        assert!(guest.services.shared().take_wakes(ended).is_empty());
        assert_eq!(
            guest
                .services
                .shared()
                .take_wakes(guest.host.vm_number)
                .len(),
            1
        );
    }

    #[test]
    fn an_item_without_room_in_the_guest_stays_the_first() {
        let mut guest = FakeGuest::new(InProcess::builder());
        let queue = register(&mut guest, b"jobs");
        enqueue(&mut guest, queue, b"1");
        enqueue(&mut guest, queue, b"2");
        guest.allocates = false;
        let failed = Err(Status::InvalidMemoryAccess as u32);
        assert_eq!(dequeue(&mut guest, queue), failed);
        guest.allocates = true;
        assert_eq!(dequeue(&mut guest, queue), Ok(b"1".to_vec()));
        assert_eq!(dequeue(&mut guest, queue), Ok(b"2".to_vec()));
        assert_eq!(dequeue(&mut guest, queue), Err(Status::Empty as u32));
    }

    #[test]
    fn unknown_queues_bad_addresses_and_no_context_are_told() {
        let mut guest = FakeGuest::new(InProcess::builder());
        let queue = register(&mut guest, b"jobs");
        for unknown in [0, queue + 1, u32::MAX] {
            assert_eq!(enqueue(&mut guest, unknown, b"x"), Status::NotFound as u32);
            assert_eq!(dequeue(&mut guest, unknown), Err(Status::NotFound as u32));
        }
        enqueue(&mut guest, queue, b"kept");
        let (slot, invalid) = (guest.slot(), Ok(Status::InvalidMemoryAccess as u32));
        assert_eq!(
            proxy_dequeue_shared_queue(&mut guest, queue, slot, MEMORY),
            invalid
        );
        assert_eq!(
            proxy_enqueue_shared_queue(&mut guest, queue, MEMORY, 1),
            invalid
        );
        assert_eq!(dequeue(&mut guest, queue), Ok(b"kept".to_vec()));
        guest.host.effective = 0;
        let status = proxy_register_shared_queue(&mut guest, slot, 1, slot);
        assert_eq!(status, Ok(Status::BadArgument as u32));
    }
}
