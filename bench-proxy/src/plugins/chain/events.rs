//! Events for a VM that belongs to this stream alone.

use host_core::{Trap, Vm};

use super::Chain;
use crate::plugins::Entry;

impl Chain {
    /// Calls into this stream's own VM with that number.
    pub(crate) fn event<R>(
        &mut self,
        vm: u64,
        work: impl FnOnce(&mut Vm) -> Result<R, Trap>,
    ) -> Result<R, Entry> {
        let link = self.parts.links.iter_mut().find_map(|link| {
            let binding = link.binding.as_mut().filter(|binding| binding.vm() == vm)?;
            Some((&link.seat, binding))
        });
        match link {
            Some((seat, binding)) => seat.event_in(binding, work),
            None => Err(Entry::Gone),
        }
    }
}
