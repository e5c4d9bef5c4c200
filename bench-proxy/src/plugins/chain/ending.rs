//! The end of a stream.

use std::rc::Rc;

use host_core::Isolation;

use super::{Chain, ChainRef, Over};
use crate::plugins::Entry;

/// Ends a stream when it is dropped, wherever that happens.
#[derive(Debug)]
pub(crate) struct Ending(ChainRef);

impl Ending {
    pub(crate) fn new(chain: ChainRef) -> Self {
        Self(chain)
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        let Ok(mut chain) = self.0.try_borrow_mut() else {
            return;
        };
        chain.finish();
        // A body that still has the chain must go on seeing its end.
        if Rc::strong_count(&self.0) > 1 || Rc::weak_count(&self.0) > 0 {
            return;
        }
        chain.vacate();
        let worker = chain.worker.clone();
        drop(chain);
        worker.keep(&self.0);
    }
}

impl Chain {
    /// Tells the filters that the stream has ended.
    fn finish(&mut self) {
        if std::mem::replace(&mut self.finished, true) {
            return;
        }
        // A request's body that is still being sent ends, too.
        self.over = Some(Over::Closed);
        let mut links = std::mem::take(&mut self.parts.links);
        for link in &mut links {
            let Some(mut binding) = link.binding.take() else {
                continue;
            };
            let (vm, id) = (binding.vm(), link.id);
            let shared = &link.seat.shared;
            let own = shared.pool.isolation() == Isolation::Request;
            if own {
                self.worker.fresh.borrow_mut().remove(&vm);
            }
            match link.seat.enter(&mut binding, id, |vm| vm.finish(id)) {
                Ok(Some(mut stream)) => {
                    stream.clear();
                    self.worker.streams.borrow_mut().push(stream);
                }
                // The guest ends it later.
                Ok(None) if own => {
                    let now = self.worker.timers.now();
                    self.worker.lingering.keep(&link.seat, binding, id, now);
                    continue;
                }
                Ok(None) => {}
                Err(Entry::Gone | Entry::Trapped) => drop(shared.orphan(vm, id)),
            }
            if own {
                drop(binding);
                // What its end left behind is nobody's.
                drop(shared.orphan(vm, id));
            }
        }
        links.clear();
        self.parts.links = links;
    }
}
