//! How a stream hears that a callback which is not its own has moved it on: a tick, the answer
//! of a callout, another stream of the same VM.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Waker};

/// A bell with one listener.
#[derive(Debug, Default)]
pub(crate) struct Knock {
    rung: AtomicBool,
    listener: Mutex<Option<Waker>>,
}

impl Knock {
    /// Has `context` woken by the next [`Knock::ring`]. Whoever then asks [`Knock::take`]
    /// misses none.
    pub(crate) fn listen(&self, context: &Context<'_>) {
        let mut listener = self.listener.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *listener {
            Some(waker) => waker.clone_from(context.waker()),
            None => *listener = Some(context.waker().clone()),
        }
    }

    /// Whether it was rung since this was last asked.
    #[inline]
    pub(crate) fn take(&self) -> bool {
        // The plain read first: it is nearly always false.
        self.rung.load(Ordering::Acquire) && self.rung.swap(false, Ordering::AcqRel)
    }

    /// Wakes who listens.
    pub(super) fn ring(&self) {
        self.rung.store(true, Ordering::Release);
        let listener = self.listener.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waker) = &*listener {
            waker.wake_by_ref();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_before_or_after_listening_is_heard_once() {
        let knock = Knock::default();
        knock.ring();
        knock.listen(&Context::from_waker(Waker::noop()));
        assert!(knock.take() && !knock.take());
        knock.ring();
        assert!(knock.take());
    }
}
