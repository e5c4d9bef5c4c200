//! What the workers share of one plugin.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use host_core::abi::{Callback, CallbackSet};
use host_core::{ContextId, FailPolicy, Stream, Trap, TrapKind, Vm, VmPool};

use super::hub::Hub;

/// A stream of a VM.
type Place = (u64, ContextId);

/// What the workers share of one plugin.
#[derive(Debug)]
pub(crate) struct PluginShared {
    pub(crate) index: usize,
    pub(crate) name: String,
    pub(crate) runtime: String,
    pub(crate) pool: Arc<VmPool>,
    pub(crate) hub: Arc<Hub>,
    pub(super) callbacks: CallbackSet,
    pub(crate) policy: FailPolicy,
    /// Whether anything but a stream's own callbacks can move it on.
    pub(crate) has_events: bool,
    traps: AtomicU64,
    deadlines: AtomicU64,
    /// Streams whose VM was ended by another one.
    orphans: Mutex<HashMap<Place, Box<Stream>>>,
    /// Who waits for a stream to be moved on.
    waiters: Mutex<HashMap<Place, Waker>>,
    waiting: AtomicUsize,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Whole between any two statements.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl PluginShared {
    pub(super) fn new(
        index: usize,
        name: String,
        runtime: String,
        pool: Arc<VmPool>,
        hub: Arc<Hub>,
    ) -> Self {
        let callbacks = pool.plugin().facts.callbacks;
        let has_events = [
            Callback::Tick,
            Callback::HttpCallResponse,
            Callback::GrpcReceive,
            Callback::GrpcClose,
            Callback::QueueReady,
        ];
        Self {
            index,
            name,
            runtime,
            policy: pool.plugin().policy,
            pool,
            hub,
            callbacks,
            has_events: has_events
                .iter()
                .any(|callback| callbacks.contains(*callback)),
            traps: AtomicU64::new(0),
            deadlines: AtomicU64::new(0),
            orphans: Mutex::default(),
            waiters: Mutex::default(),
            waiting: AtomicUsize::new(0),
        }
    }

    /// Calls that ended in a trap, deadlines included.
    pub(crate) fn traps(&self) -> u64 {
        self.traps.load(Ordering::Relaxed)
    }

    /// Calls that took too long.
    pub(crate) fn deadlines(&self) -> u64 {
        self.deadlines.load(Ordering::Relaxed)
    }

    pub(super) fn count(&self, trap: &Trap) {
        self.traps.fetch_add(1, Ordering::Relaxed);
        if trap.kind() == TrapKind::Deadline {
            self.deadlines.fetch_add(1, Ordering::Relaxed);
        }
        super::log::write(
            host_core::abi::LogLevel::Error,
            &self.name,
            format!("a call ended in a trap, the VM is rebuilt: {trap}").as_bytes(),
        );
    }

    /// Lets `waker` be woken when the stream is moved on. To be called while the VM is
    /// entered, so that nothing is missed.
    pub(crate) fn wait(&self, vm: u64, id: ContextId, waker: &Waker) {
        let before = lock(&self.waiters).insert((vm, id), waker.clone());
        if before.is_none() {
            self.waiting.fetch_add(1, Ordering::Release);
        }
    }

    /// Nobody waits for the stream any more.
    pub(crate) fn forget(&self, vm: u64, id: ContextId) {
        if self.waiting.load(Ordering::Acquire) > 0 {
            drop(self.take_waiter((vm, id)));
        }
    }

    fn take_waiter(&self, place: Place) -> Option<Waker> {
        let waker = lock(&self.waiters).remove(&place)?;
        self.waiting.fetch_sub(1, Ordering::Release);
        Some(waker)
    }

    /// After a call: wakes who waits for streams that it moved on, and ends streams whose end
    /// it had delayed.
    #[cold]
    pub(super) fn stirred(&self, vm: &mut Vm) {
        let number = vm.number();
        vm.drain_touched(|id| {
            if let Some(waker) = self.take_waiter((number, id)) {
                waker.wake();
            }
        });
        if let Err(trap) = vm.take_finished() {
            self.count(&trap);
        }
    }

    /// After a trap: keeps the streams that were in the VM, and wakes who waits for them.
    #[cold]
    pub(super) fn bury(&self, vm: &mut Vm) {
        let number = vm.number();
        for (id, stream) in vm.take_streams() {
            lock(&self.orphans).insert((number, id), stream);
            if let Some(waker) = self.take_waiter((number, id)) {
                waker.wake();
            }
        }
    }

    /// A stream whose VM has ended.
    pub(crate) fn orphan(&self, vm: u64, id: ContextId) -> Option<Box<Stream>> {
        lock(&self.orphans).remove(&(vm, id))
    }
}
