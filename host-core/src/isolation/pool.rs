//! The VMs of one plugin under one isolation.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Isolation, Seat};
use crate::StartError;
use crate::plugin::{Plugin, PluginVm};

/// The VMs of one plugin. Each worker thread takes a [`Seat`].
#[derive(Debug)]
pub struct VmPool {
    plugin: Arc<Plugin>,
    isolation: Isolation,
    shared: Vec<Mutex<Option<PluginVm>>>,
    next: AtomicUsize,
    started: AtomicU64,
    rebuilt: AtomicU64,
}

impl VmPool {
    /// Starts the VMs that threads share; those that belong to a thread start with its seat.
    ///
    /// # Errors
    /// The plugin does not start.
    pub fn new(plugin: Arc<Plugin>, isolation: Isolation) -> Result<Arc<Self>, StartError> {
        let shared = match isolation {
            Isolation::Shared => 1,
            Isolation::Pool(size) => size,
            Isolation::Thread | Isolation::Request => 0,
        };
        let pool = Self {
            shared: (0..shared).map(|_| Mutex::new(None)).collect(),
            plugin,
            isolation,
            next: AtomicUsize::new(0),
            started: AtomicU64::new(0),
            rebuilt: AtomicU64::new(0),
        };
        for slot in &pool.shared {
            *lock(slot) = Some(pool.start()?);
        }
        Ok(Arc::new(pool))
    }

    /// A worker thread's place.
    ///
    /// # Errors
    /// The plugin does not start in the thread's own VM.
    pub fn seat(self: &Arc<Self>) -> Result<Seat, StartError> {
        let own = match self.isolation {
            Isolation::Thread => Some(self.start()?),
            _ => None,
        };
        Ok(Seat::new(self.clone(), own))
    }

    /// The plugin.
    pub fn plugin(&self) -> &Arc<Plugin> {
        &self.plugin
    }

    /// Who shares a VM.
    pub fn isolation(&self) -> Isolation {
        self.isolation
    }

    /// Enters the VM in slot `index` of those that threads share; `None` when there is no
    /// such slot or its VM is being replaced. For events that belong to no stream.
    pub fn enter_slot<R>(&self, index: usize, enter: impl FnOnce(&mut PluginVm) -> R) -> Option<R> {
        self.slot(index)?.as_mut().map(enter)
    }

    /// How many VMs threads share.
    pub fn slots(&self) -> usize {
        self.shared.len()
    }

    /// VMs started so far, rebuilt ones included.
    pub fn started(&self) -> u64 {
        self.started.load(Ordering::Relaxed)
    }

    /// VMs that took the place of one that had trapped.
    pub fn rebuilt(&self) -> u64 {
        self.rebuilt.load(Ordering::Relaxed)
    }

    pub(super) fn start(&self) -> Result<PluginVm, StartError> {
        let vm = self.plugin.start()?;
        self.started.fetch_add(1, Ordering::Relaxed);
        Ok(vm)
    }

    pub(super) fn rebuild(&self) -> Result<PluginVm, StartError> {
        let vm = self.start()?;
        self.rebuilt.fetch_add(1, Ordering::Relaxed);
        Ok(vm)
    }

    /// The slot of the next stream, in turn.
    pub(super) fn next_slot(&self) -> usize {
        self.next.fetch_add(1, Ordering::Relaxed) % self.shared.len().max(1)
    }

    pub(super) fn slot(&self, index: usize) -> Option<MutexGuard<'_, Option<PluginVm>>> {
        self.shared.get(index).map(lock)
    }
}

/// A panic while a VM was locked leaves a VM that the next stream may still find alive; its
/// state is the host's own and consistent between calls, so poisoning is not passed on.
fn lock(slot: &Mutex<Option<PluginVm>>) -> MutexGuard<'_, Option<PluginVm>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
