//! What the workers share of one plugin.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use host_core::FieldUse;
use host_core::abi::{Callback, CallbackSet};
use host_core::{ContextId, FailPolicy, Stream, Trap, TrapKind, Vm, VmPool};

use super::StreamInfo;
use super::hub::Hub;
use super::waits::{LockMeter, LockTotals};

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
    idle: CallbackSet,
    pub(super) field_use: FieldUse,
    pub(crate) policy: FailPolicy,
    /// Whether anything but a stream's own callbacks can move it on.
    pub(crate) has_events: bool,
    traps: AtomicU64,
    deadlines: AtomicU64,
    /// What workers wait for VMs that they share, one each.
    meters: Mutex<Vec<Arc<LockMeter>>>,
    /// Streams whose VM was ended by another one.
    orphans: Mutex<HashMap<Place, Box<Stream>>>,
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
        let facts = &pool.plugin().facts;
        let (callbacks, idle, field_use) = (facts.callbacks, facts.idle, facts.field_use);
        let events = [
            Callback::Tick,
            Callback::HttpCallResponse,
            Callback::GrpcReceive,
            Callback::GrpcClose,
            Callback::QueueReady,
        ];
        // From one stream's callback a guest reaches another one through its context.
        let has_events = events.iter().any(|event| callbacks.contains(*event))
            || facts.may_call("proxy_set_effective_context");
        Self {
            index,
            name,
            runtime,
            policy: pool.plugin().policy,
            pool,
            hub,
            callbacks,
            idle,
            field_use,
            has_events,
            traps: AtomicU64::new(0),
            deadlines: AtomicU64::new(0),
            meters: Mutex::default(),
            orphans: Mutex::default(),
        }
    }

    /// Whether the plugin is called for a request's body or trailers, which are sent on while
    /// somebody else waits for the response.
    pub(super) fn edits_requests(&self) -> bool {
        [Callback::RequestBody, Callback::RequestTrailers]
            .iter()
            .any(|callback| self.callbacks.contains(*callback))
    }

    /// Whether the plugin does anything when a stream's context is made.
    pub(super) fn greets_streams(&self) -> bool {
        self.callbacks.contains(Callback::ContextCreate)
            && !self.idle.contains(Callback::ContextCreate)
    }

    /// Whether the plugin is called for a request's header.
    pub(super) fn sees_requests(&self) -> bool {
        self.callbacks.contains(Callback::RequestHeaders)
    }

    /// Calls that ended in a trap, deadlines included.
    pub(crate) fn traps(&self) -> u64 {
        self.traps.load(Ordering::Relaxed)
    }

    /// Calls that took too long.
    pub(crate) fn deadlines(&self) -> u64 {
        self.deadlines.load(Ordering::Relaxed)
    }

    /// A meter for one more worker.
    pub(super) fn meter(&self) -> Arc<LockMeter> {
        let meter = Arc::<LockMeter>::default();
        lock(&self.meters).push(meter.clone());
        meter
    }

    /// What workers waited for VMs that they share; `None` where they share none.
    pub(crate) fn locks(&self) -> Option<LockTotals> {
        let meters = lock(&self.meters);
        (self.pool.slots() > 0).then(|| LockTotals::of(meters.iter().map(|meter| &**meter)))
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

    /// After a call: wakes who waits for streams that it moved on, and ends streams whose end
    /// it had delayed.
    #[cold]
    pub(super) fn stirred(&self, vm: &mut Vm) {
        vm.each_touched(|_, stream| ring(stream.embedder.as_deref()));
        if let Err(trap) = vm.take_finished() {
            self.count(&trap);
        }
    }

    /// After a trap: keeps the streams that were in the VM, and wakes who waits for them.
    #[cold]
    pub(super) fn bury(&self, vm: &mut Vm) {
        let number = vm.number();
        for (id, stream) in vm.take_streams() {
            let info = stream.embedder.clone();
            lock(&self.orphans).insert((number, id), stream);
            // Only now, so that who is woken finds it.
            ring(info.as_deref());
        }
    }

    /// A stream whose VM has ended.
    pub(crate) fn orphan(&self, vm: u64, id: ContextId) -> Option<Box<Stream>> {
        lock(&self.orphans).remove(&(vm, id))
    }
}

/// Tells whoever has a stream that something moved it on.
fn ring(embedder: Option<&(dyn Any + Send + Sync)>) {
    if let Some(info) = embedder.and_then(|info| info.downcast_ref::<StreamInfo>()) {
        info.knock.ring();
    }
}
