//! Events that wait for their VMs.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::services::{CalloutEvent, CalloutOrigin};

#[derive(Debug, Default)]
pub(super) struct Inbox {
    state: Mutex<State>,
    /// Events that wait, of all VMs.
    waiting: AtomicUsize,
}

#[derive(Debug, Default)]
struct State {
    vms: HashMap<u64, Queue>,
    /// Open gRPC streams and their upstreams.
    streams: HashMap<CalloutOrigin, Box<[u8]>>,
}

/// The events of one VM, in its own time: it moves to each event that is taken.
#[derive(Debug, Default)]
struct Queue {
    time: Duration,
    events: Vec<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    due: Duration,
    call: u32,
    event: CalloutEvent,
}

impl Inbox {
    /// Remembers the upstream of a gRPC stream.
    pub(super) fn open(&self, origin: CalloutOrigin, upstream: &[u8]) {
        self.state().streams.insert(origin, upstream.into());
    }

    pub(super) fn upstream_of(&self, origin: CalloutOrigin) -> Option<Box<[u8]>> {
        self.state().streams.get(&origin).cloned()
    }

    pub(super) fn put(&self, origin: CalloutOrigin, events: Vec<CalloutEvent>, after: Duration) {
        if events.is_empty() {
            return;
        }
        self.waiting.fetch_add(events.len(), Ordering::Release);
        let mut state = self.state();
        let queue = state.vms.entry(origin.vm).or_default();
        let due = queue.time.saturating_add(after);
        // Behind those that are due at the same moment.
        let at = queue.events.partition_point(|waiting| waiting.due <= due);
        let events = events.into_iter().map(|event| Waiting {
            due,
            call: origin.call,
            event,
        });
        queue.events.splice(at..at, events);
    }

    /// The events of the earliest moment, and the time that passed until then.
    pub(super) fn take(&self, vm: u64) -> (Vec<(u32, CalloutEvent)>, Duration) {
        if self.waiting.load(Ordering::Acquire) == 0 {
            return (Vec::new(), Duration::ZERO);
        }
        let mut state = self.state();
        let State { vms, streams } = &mut *state;
        let Some(queue) = vms.get_mut(&vm) else {
            return (Vec::new(), Duration::ZERO);
        };
        let Some(due) = queue.events.first().map(|first| first.due) else {
            return (Vec::new(), Duration::ZERO);
        };
        let passed = due.saturating_sub(queue.time);
        queue.time = due;
        let count = queue.events.partition_point(|waiting| waiting.due <= due);
        let events: Vec<_> = queue
            .events
            .drain(..count)
            .map(|waiting| (waiting.call, waiting.event))
            .collect();
        for (call, event) in &events {
            if matches!(event, CalloutEvent::GrpcClose { .. }) {
                streams.remove(&CalloutOrigin { vm, call: *call });
            }
        }
        self.waiting.fetch_sub(events.len(), Ordering::Release);
        (events, passed)
    }

    pub(super) fn cancel(&self, origin: CalloutOrigin) {
        let mut state = self.state();
        state.streams.remove(&origin);
        if let Some(queue) = state.vms.get_mut(&origin.vm) {
            let before = queue.events.len();
            queue.events.retain(|waiting| waiting.call != origin.call);
            self.waiting
                .fetch_sub(before - queue.events.len(), Ordering::Release);
        }
    }

    pub(super) fn forget(&self, vm: u64) {
        let mut state = self.state();
        state.streams.retain(|origin, _| origin.vm != vm);
        if let Some(queue) = state.vms.remove(&vm) {
            self.waiting
                .fetch_sub(queue.events.len(), Ordering::Release);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
