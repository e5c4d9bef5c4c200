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
/// `NOT_FOUND` for an unknown queue.
pub fn proxy_dequeue_shared_queue<G: Guest>(
    guest: &mut G,
    queue: u32,
    return_value: usize,
    return_size: usize,
) -> Result<u32, G::Trap> {
    enter(guest, "proxy_dequeue_shared_queue", |guest| {
        let (mut memory, host) = guest.split();
        record(host, |tape| tape.scalar(u64::from(queue)));
        // An item is gone once it is taken, so bad addresses are refused before.
        let width = memory.size_width();
        memory.write(return_value, width)?;
        memory.write(return_size, width)?;
        let item = host.services.shared().dequeue(queue)?;
        drop(memory);
        give_bytes(guest, &item, return_value, return_size)
    })
}
