//! VMs of single streams that outlive them: their guest asked for more time at the stream's
//! end, for a callout or a tick that it still waits for.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use host_core::{Binding, ContextId, Trap, Vm};

use super::{Entry, PluginSeat};

/// How long such a VM is kept.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many a worker keeps. What comes beyond ends with its stream.
const MOST: usize = 1_024;

#[derive(Debug)]
struct Late {
    seat: Rc<PluginSeat>,
    binding: Binding,
    id: ContextId,
    /// Milliseconds of the worker's life.
    until: u64,
}

/// The VMs of one worker that outlive their streams.
#[derive(Debug, Default)]
pub(crate) struct Lingering(RefCell<HashMap<u64, Late>>);

impl Lingering {
    /// Keeps the VM of a stream that has ended for everybody but its guest.
    pub(super) fn keep(&self, seat: &Rc<PluginSeat>, binding: Binding, id: ContextId, now: u64) {
        let mut list = self.0.borrow_mut();
        if list.len() < MOST {
            let late = Late {
                seat: seat.clone(),
                id,
                until: now.saturating_add(PATIENCE.as_millis() as u64),
                binding,
            };
            list.insert(late.binding.vm(), late);
        }
    }

    /// The VMs of one plugin.
    pub(crate) fn vms(&self, plugin: usize) -> Vec<u64> {
        let list = self.0.borrow();
        let own = list
            .iter()
            .filter(|(_, late)| late.seat.shared.index == plugin);
        own.map(|(vm, _)| *vm).collect()
    }

    /// Calls into a VM; it ends once its guest has said that it is done.
    pub(crate) fn event<R>(
        &self,
        vm: u64,
        work: impl FnOnce(&mut Vm) -> Result<R, Trap>,
    ) -> Result<R, Entry> {
        // Nothing is borrowed while the guest runs.
        let taken = self.0.borrow_mut().remove(&vm);
        let mut late = taken.ok_or(Entry::Gone)?;
        let result = late.seat.event_in(&mut late.binding, work);
        let id = late.id;
        let waits = late
            .seat
            .event_in(&mut late.binding, |vm| Ok(vm.stream(id).is_some()));
        if result.is_ok() && waits == Ok(true) {
            self.0.borrow_mut().insert(vm, late);
        } else {
            drop(late.seat.shared.orphan(vm, id));
        }
        result
    }

    /// Ends those that have had their time.
    pub(crate) fn tidy(&self, now: u64) {
        // Their ends may log; nothing is borrowed meanwhile.
        let over: Vec<(u64, Late)> = self
            .0
            .borrow_mut()
            .extract_if(|_, late| late.until <= now)
            .collect();
        drop(over);
    }
}
