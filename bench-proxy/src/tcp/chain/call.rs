//! Calls into a connection's filters, and their failure.

use host_core::{ContextId, FailPolicy, Trap, Vm};

use super::{Chain, Closed, stream_of};
use crate::plugins::Entry;

impl Chain {
    /// Applies the plugin's policy to a connection whose filter failed.
    pub(super) fn failed(&mut self, index: usize) -> Result<(), Closed> {
        let link = &mut self.links[index];
        if let Some(binding) = link.binding.take() {
            drop(link.seat.shared.orphan(binding.vm(), link.id));
        }
        link.held = [None; 2];
        if link.seat.shared.policy == FailPolicy::Open {
            self.stats.failed_open.count();
            Ok(())
        } else {
            self.stats.failed_closed.count();
            Err(Closed)
        }
    }

    /// Calls into a link's VM; `None` for a filter that the connection goes on without.
    pub(super) fn call<R>(
        &mut self,
        index: usize,
        mut work: impl FnMut(&mut Vm, ContextId) -> Result<R, Trap>,
    ) -> Result<Option<R>, ()> {
        loop {
            let link = &mut self.links[index];
            let id = link.id;
            let Some(binding) = &mut link.binding else {
                return Ok(None);
            };
            match link.seat.enter(binding, id, |vm| work(vm, id)) {
                Ok(result) => return Ok(Some(result)),
                Err(Entry::Trapped) => return Err(()),
                Err(Entry::Gone) if self.move_on(index) => self.stats.moved.count(),
                Err(Entry::Gone) => return Err(()),
            }
        }
    }

    /// Moves a connection whose VM another one has ended to a new VM, which is told of a new
    /// connection.
    #[cold]
    fn move_on(&mut self, index: usize) -> bool {
        let link = &mut self.links[index];
        let Some(old) = link.binding.take() else {
            return false;
        };
        let Some(stream) = link.seat.shared.orphan(old.vm(), link.id) else {
            return false;
        };
        drop(old);
        let Some((mut binding, id)) = link.seat.open(&stream) else {
            return false;
        };
        let told = link.seat.enter(&mut binding, id, |vm| {
            let held = stream_of(vm, id)?.request.paused;
            vm.on_new_connection(id)?;
            stream_of(vm, id)?.request.paused = held;
            Ok(())
        });
        link.id = id;
        link.binding = Some(binding);
        told.is_ok()
    }
}
