//! What VMs share: data and queues.

mod data;
mod queues;

pub use queues::QueueId;

use std::sync::Arc;

use crate::abi::Status;
use data::Data;
use queues::Queues;

/// Key-value data and queues, shared by the VMs of one proxy. Data belongs to a VM id.
#[derive(Debug, Default)]
pub struct SharedState {
    data: Data,
    queues: Queues,
}

impl SharedState {
    /// Bytes that a key may have.
    pub const MAX_KEY: usize = 4 << 10;
    /// Bytes that a value or a queue's item may have.
    pub const MAX_VALUE: usize = 1 << 20;
    /// Bytes that all keys and values may have together.
    pub const MAX_DATA: usize = 64 << 20;
    /// Bytes that one queue may hold.
    pub const MAX_QUEUE: usize = 16 << 20;
    /// Items that one queue may hold.
    pub const MAX_ITEMS: usize = 1 << 20;
    /// Queues that there may be.
    pub const MAX_QUEUES: usize = 4_096;
    /// Wakes that may wait for one VM; of more, the VM is not told one by one.
    pub const MAX_WAKES: usize = 4_096;

    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of `key` and the number of its change, for [`SharedState::set`].
    pub fn get(&self, vm_id: &[u8], key: &[u8]) -> Option<(Arc<[u8]>, u32)> {
        self.data.get(vm_id, key)
    }

    /// Sets the value of `key`; with `cas` other than 0 only when that is the number of the
    /// last change.
    ///
    /// # Errors
    /// [`Status::CasMismatch`] when it is not, [`Status::BadArgument`] for a key or value
    /// beyond its limit, [`Status::InternalFailure`] when there is no room.
    pub fn set(&self, vm_id: &[u8], key: &[u8], value: &[u8], cas: u32) -> Result<(), Status> {
        self.data.set(vm_id, key, value, cas)
    }

    /// Registers the queue `name` of `vm_id` and lets `root` of VM number `vm` be woken when
    /// it has something. Registering again gives the same id; each VM has one listener.
    ///
    /// # Errors
    /// [`Status::BadArgument`] for a name beyond [`SharedState::MAX_KEY`],
    /// [`Status::InternalFailure`] when there are too many queues.
    pub fn register_queue(
        &self,
        vm_id: &[u8],
        name: &[u8],
        vm: u64,
        root: u32,
    ) -> Result<QueueId, Status> {
        self.queues.register(vm_id, name, vm, root)
    }

    /// The queue `name` of `vm_id`.
    pub fn resolve_queue(&self, vm_id: &[u8], name: &[u8]) -> Option<QueueId> {
        self.queues.resolve(vm_id, name)
    }

    /// Puts an item at the end of a queue and wakes its listeners.
    ///
    /// # Errors
    /// [`Status::NotFound`] for an unknown queue, [`Status::BadArgument`] for an item beyond
    /// its limit, [`Status::InternalFailure`] when the queue is full.
    pub fn enqueue(&self, queue: QueueId, item: &[u8]) -> Result<(), Status> {
        self.queues.enqueue(queue, item)
    }

    /// Takes the first item of a queue.
    ///
    /// # Errors
    /// [`Status::NotFound`] for an unknown queue, [`Status::Empty`] for an empty one.
    pub fn dequeue(&self, queue: QueueId) -> Result<Vec<u8>, Status> {
        self.queues.dequeue(queue)
    }

    /// Puts an item that was taken from a queue and could not be delivered in front again. It
    /// wakes nobody: whoever took it knows.
    pub fn put_back(&self, queue: QueueId, item: Vec<u8>) {
        self.queues.put_back(queue, item);
    }

    /// Takes the root contexts of VM number `vm` that are to be told, one entry for each
    /// item that was put into the queue. Costs one atomic read when no VM is to be told.
    pub fn take_wakes(&self, vm: u64) -> Vec<(u32, u32)> {
        self.queues.take_wakes(vm)
    }

    /// Whether any VM is to be told of a queue; costs one atomic read.
    #[inline]
    pub fn has_wakes(&self) -> bool {
        self.queues.has_wakes()
    }

    /// Forgets the listeners of a VM that has ended.
    pub fn forget_vm(&self, vm: u64) {
        self.queues.forget_vm(vm);
    }
}

#[cfg(test)]
mod tests;
