//! Shared queues and who is woken by them.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::SharedState;
use crate::abi::Status;

/// Number of a queue; the guest's own handle for it.
pub type QueueId = u32;

/// Root contexts of one VM to be told, and of which queue.
type Wakes = Vec<(u32, QueueId)>;

#[derive(Debug, Default)]
pub(super) struct Queues {
    registry: RwLock<Registry>,
    wakes: Mutex<HashMap<u64, Wakes>>,
    /// VMs that have something in `wakes`.
    woken: AtomicUsize,
    /// Listeners of all queues.
    listeners: AtomicUsize,
}

/// VM id and name of a queue.
type Name = (Box<[u8]>, Box<[u8]>);

#[derive(Debug, Default)]
struct Registry {
    ids: HashMap<Name, QueueId>,
    queues: Vec<Arc<Queue>>,
}

#[derive(Debug, Default)]
struct Queue {
    items: Mutex<Items>,
    /// VM number and root context.
    listeners: Mutex<Vec<(u64, u32)>>,
}

#[derive(Debug, Default)]
struct Items {
    list: VecDeque<Box<[u8]>>,
    bytes: usize,
}

impl Queues {
    pub(super) fn register(
        &self,
        vm_id: &[u8],
        name: &[u8],
        vm: u64,
        root: u32,
    ) -> Result<QueueId, Status> {
        if name.len() > SharedState::MAX_KEY {
            return Err(Status::BadArgument);
        }
        let mut registry = self
            .registry
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let key = (Box::from(vm_id), Box::from(name));
        let id = match registry.ids.get(&key) {
            Some(id) => *id,
            None => {
                if registry.queues.len() == SharedState::MAX_QUEUES {
                    return Err(Status::InternalFailure);
                }
                registry.queues.push(Arc::default());
                let id = registry.queues.len() as QueueId;
                registry.ids.insert(key, id);
                id
            }
        };
        let Some(queue) = registry.get(id) else {
            return Err(Status::InternalFailure);
        };
        let mut listeners = lock(&queue.listeners);
        match listeners.iter_mut().find(|(listener, _)| *listener == vm) {
            Some((_, listening)) => *listening = root,
            None => {
                listeners.push((vm, root));
                self.listeners.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(id)
    }

    pub(super) fn resolve(&self, vm_id: &[u8], name: &[u8]) -> Option<QueueId> {
        let registry = self.registry.read().unwrap_or_else(PoisonError::into_inner);
        registry
            .ids
            .get(&(Box::from(vm_id), Box::from(name)))
            .copied()
    }

    pub(super) fn enqueue(&self, id: QueueId, item: &[u8]) -> Result<(), Status> {
        let queue = self.queue(id).ok_or(Status::NotFound)?;
        if item.len() > SharedState::MAX_VALUE {
            return Err(Status::BadArgument);
        }
        {
            let mut items = lock(&queue.items);
            if items.list.len() == SharedState::MAX_ITEMS
                || items.bytes + item.len() > SharedState::MAX_QUEUE
            {
                return Err(Status::InternalFailure);
            }
            items.bytes += item.len();
            items.list.push_back(item.into());
        }
        let listeners = lock(&queue.listeners);
        let mut wakes = lock(&self.wakes);
        for (vm, root) in listeners.iter() {
            let waiting = wakes.entry(*vm).or_default();
            if waiting.is_empty() {
                self.woken.fetch_add(1, Ordering::Release);
            }
            if waiting.len() < SharedState::MAX_WAKES {
                waiting.push((*root, id));
            }
        }
        Ok(())
    }

    pub(super) fn dequeue(&self, id: QueueId) -> Result<Vec<u8>, Status> {
        let queue = self.queue(id).ok_or(Status::NotFound)?;
        let mut items = lock(&queue.items);
        let item = items.list.pop_front().ok_or(Status::Empty)?;
        items.bytes -= item.len();
        Ok(item.into_vec())
    }

    /// Puts back an item that [`Queues::dequeue`] took. Limits do not count: it was there before.
    pub(super) fn put_back(&self, id: QueueId, item: Vec<u8>) {
        let Some(queue) = self.queue(id) else {
            return;
        };
        let mut items = lock(&queue.items);
        items.bytes += item.len();
        items.list.push_front(item.into_boxed_slice());
    }

    pub(super) fn take_wakes(&self, vm: u64) -> Wakes {
        if self.woken.load(Ordering::Acquire) == 0 {
            return Vec::new();
        }
        self.drop_wakes(vm)
    }

    #[inline]
    pub(super) fn has_wakes(&self) -> bool {
        self.woken.load(Ordering::Acquire) > 0
    }

    pub(super) fn forget_vm(&self, vm: u64) {
        if self.listeners.load(Ordering::Relaxed) == 0 {
            return;
        }
        let registry = self.registry.read().unwrap_or_else(PoisonError::into_inner);
        for queue in &registry.queues {
            let mut listeners = lock(&queue.listeners);
            let before = listeners.len();
            listeners.retain(|(listener, _)| *listener != vm);
            self.listeners
                .fetch_sub(before - listeners.len(), Ordering::Relaxed);
        }
        self.drop_wakes(vm);
    }

    fn drop_wakes(&self, vm: u64) -> Wakes {
        let taken = lock(&self.wakes).remove(&vm).unwrap_or_default();
        if !taken.is_empty() {
            self.woken.fetch_sub(1, Ordering::Release);
        }
        taken
    }

    fn queue(&self, id: QueueId) -> Option<Arc<Queue>> {
        self.registry
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
    }
}

impl Registry {
    /// Ids count from 1.
    fn get(&self, id: QueueId) -> Option<&Arc<Queue>> {
        self.queues.get((id as usize).checked_sub(1)?)
    }
}

/// What a lock guards here is whole between any two statements, so a panic elsewhere while
/// it was held does no harm.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
