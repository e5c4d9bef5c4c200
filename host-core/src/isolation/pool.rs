//! The VMs of one plugin under one isolation.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use super::watch::{lock, lock_timed};
use super::{Isolation, Seat};
use crate::StartError;
use crate::plugin::{Plugin, PluginVm};

/// The VMs of one plugin. Each worker thread takes a [`Seat`].
#[derive(Debug)]
pub struct VmPool {
    plugin: Arc<Plugin>,
    isolation: Isolation,
    shared: Vec<Slot>,
    next: AtomicUsize,
    started: AtomicU64,
    rebuilt: AtomicU64,
}

/// A VM that threads share.
#[derive(Debug, Default)]
struct Slot {
    plugin: Mutex<Option<PluginVm>>,
    /// The VM's number; 0 while there is none that a new stream may live in. So binding a
    /// stream needs no lock.
    vm: AtomicU64,
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
            shared: (0..shared).map(|_| Slot::default()).collect(),
            plugin,
            isolation,
            next: AtomicUsize::new(0),
            started: AtomicU64::new(0),
            rebuilt: AtomicU64::new(0),
        };
        for slot in &pool.shared {
            let plugin = pool.start()?;
            slot.vm.store(plugin.vm.number(), Ordering::Release);
            *lock(&slot.plugin) = Some(plugin);
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
        let mut slot = self.slot(index)?;
        let result = slot.as_mut().map(enter);
        self.look(index, &slot);
        result
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

    /// Takes note of a VM that has ended.
    #[inline]
    pub(super) fn look(&self, index: usize, slot: &Option<PluginVm>) {
        if slot
            .as_ref()
            .is_some_and(|plugin| plugin.vm.ended().is_some())
        {
            self.announce(index, None);
        }
    }

    /// Number of the VM in a slot; `None` when there is none that a new stream may live in.
    #[inline]
    pub(super) fn vm_in(&self, index: usize) -> Option<u64> {
        let vm = self.shared.get(index)?.vm.load(Ordering::Acquire);
        (vm != 0).then_some(vm)
    }

    /// Tells new streams of the VM in a slot, or that there is none.
    pub(super) fn announce(&self, index: usize, vm: Option<u64>) {
        if let Some(slot) = self.shared.get(index) {
            slot.vm.store(vm.unwrap_or(0), Ordering::Release);
        }
    }

    #[inline]
    pub(super) fn slot(&self, index: usize) -> Option<MutexGuard<'_, Option<PluginVm>>> {
        self.shared.get(index).map(|slot| lock(&slot.plugin))
    }

    /// [`VmPool::slot`], and how long it took to get if it was not free.
    #[inline]
    pub(super) fn slot_timed(
        &self,
        index: usize,
    ) -> Option<(MutexGuard<'_, Option<PluginVm>>, Option<Duration>)> {
        self.shared.get(index).map(|slot| lock_timed(&slot.plugin))
    }
}
