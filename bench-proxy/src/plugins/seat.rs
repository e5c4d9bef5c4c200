//! A worker's place at one plugin.

use std::cell::RefCell;
use std::sync::Arc;

use host_core::{
    Binding, ContextId, Isolation, Seat, StartError, Stream, Trap, TrapKind, Vm, contain,
};

use super::PluginShared;
use super::pace::Pace;
use super::waits::Watch;

/// Why a VM could not be entered, or not come out of well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Another stream has ended the VM.
    Gone,
    /// This call has.
    Trapped,
}

/// VMs that a connection tries before it counts as failed.
const ATTEMPTS: usize = 16;

/// A worker's place at one plugin.
#[derive(Debug)]
pub(crate) struct PluginSeat {
    pub(crate) shared: Arc<PluginShared>,
    seat: RefCell<Seat>,
    pace: Pace,
}

impl PluginSeat {
    /// Takes a place.
    ///
    /// # Errors
    /// The plugin does not start.
    pub(crate) fn new(shared: Arc<PluginShared>) -> Result<Self, StartError> {
        let mut seat = shared.pool.seat()?;
        if shared.pool.slots() > 0 {
            seat.set_lock_watch(Some(Box::new(Watch(shared.meter()))));
        }
        let waits = shared.pool.isolation() != Isolation::Thread;
        Ok(Self {
            pace: Pace::new(waits),
            shared,
            seat: RefCell::new(seat),
        })
    }

    /// Chooses the VM of a new stream. One that has ended is rebuilt.
    pub(super) fn bind(&self) -> Option<Binding> {
        self.pace.before_choice();
        let bound = contain(|| self.seat.borrow_mut().bind());
        let error = match bound {
            Ok(Ok(binding)) => return Some(binding),
            Ok(Err(error)) => error.to_string(),
            Err(panic) => panic,
        };
        let text = format!("the VM cannot be built again: {error}");
        super::log::write(
            host_core::abi::LogLevel::Error,
            &self.shared.name,
            text.as_bytes(),
        );
        None
    }

    /// Builds a VM that has ended again.
    pub(crate) fn revive(&self) -> bool {
        self.bind().is_some()
    }

    /// Puts a stream into its VM.
    pub(super) fn create(
        &self,
        binding: &mut Binding,
        stream: Box<Stream>,
    ) -> Result<ContextId, Entry> {
        let mut stream = Some(stream);
        self.within(|seat| {
            seat.with(binding, |vm, root| {
                self.run(vm, |vm| {
                    let stream = stream.take().unwrap_or_default();
                    vm.create_stream(root, stream).map_err(|(trap, _)| trap)
                })
            })
            .unwrap_or(Err(Entry::Gone))
        })
    }

    /// Binds a stream to a VM and puts it there; `None` when that fails.
    pub(crate) fn open(&self, stream: &Stream) -> Option<(Binding, ContextId)> {
        for _ in 0..ATTEMPTS {
            let mut binding = self.bind()?;
            match self.create(&mut binding, Box::new(stream.clone())) {
                Ok(id) => return Some((binding, id)),
                Err(Entry::Gone) => {}
                Err(Entry::Trapped) => return None,
            }
        }
        None
    }

    /// Calls into the VM of stream `id`, which is there when `work` runs.
    #[inline]
    pub(crate) fn enter<R>(
        &self,
        binding: &mut Binding,
        id: ContextId,
        work: impl FnOnce(&mut Vm) -> Result<R, Trap>,
    ) -> Result<R, Entry> {
        self.within(|seat| {
            seat.with(binding, |vm, _| {
                if vm.stream(id).is_none() {
                    return Err(Entry::Gone);
                }
                self.run(vm, work)
            })
            .unwrap_or(Err(Entry::Gone))
        })
    }

    /// Calls into the VM with this number, when this worker or all workers have it.
    pub(crate) fn event<R>(
        &self,
        vm: u64,
        work: impl FnOnce(&mut Vm) -> Result<R, Trap>,
    ) -> Result<R, Entry> {
        self.within(|seat| {
            seat.with_vm(vm, |vm, _| self.run(vm, work))
                .unwrap_or(Err(Entry::Gone))
        })
    }

    /// Calls into a VM that belongs to one stream.
    pub(super) fn event_in<R>(
        &self,
        binding: &mut Binding,
        work: impl FnOnce(&mut Vm) -> Result<R, Trap>,
    ) -> Result<R, Entry> {
        self.within(|seat| {
            seat.with(binding, |vm, _| self.run(vm, work))
                .unwrap_or(Err(Entry::Gone))
        })
    }

    /// Whether a stream finds the thread's own VM as it should be.
    #[inline]
    pub(crate) fn is_up(&self) -> bool {
        let mut seat = self.seat.borrow_mut();
        seat.own().is_some_and(|own| own.vm.ended().is_none())
    }

    /// Number of the thread's own VM.
    pub(crate) fn own_vm(&self) -> Option<u64> {
        self.seat.borrow_mut().own().map(|own| own.vm.number())
    }

    /// Linear memory of the thread's own VM.
    pub(crate) fn own_memory(&self) -> Option<u64> {
        self.seat
            .borrow_mut()
            .own()
            .map(|own| own.vm.memory_bytes())
    }

    #[inline]
    fn run<R>(
        &self,
        vm: &mut Vm,
        work: impl FnOnce(&mut Vm) -> Result<R, Trap>,
    ) -> Result<R, Entry> {
        let result = work(vm);
        if vm.is_stirred() {
            self.shared.stirred(vm);
        }
        if vm.ended().is_some() {
            self.shared.bury(vm);
        }
        result.map_err(|trap| {
            if trap.kind() == TrapKind::Dead {
                return Entry::Gone;
            }
            self.shared.count(&trap);
            Entry::Trapped
        })
    }

    #[inline]
    fn within<R>(&self, work: impl FnOnce(&mut Seat) -> Result<R, Entry>) -> Result<R, Entry> {
        let call = || contain(|| work(&mut self.seat.borrow_mut()));
        let result = self.pace.during(call);
        self.shared.hub.tell_of_queues();
        match result {
            Ok(result) => result,
            Err(panic) => {
                let trap = Trap::new(TrapKind::Other, panic);
                self.shared.count(&trap);
                Err(Entry::Trapped)
            }
        }
    }
}
