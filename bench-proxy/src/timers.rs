//! Deadlines of a worker, as coarse as its ticks: setting one costs a store, where a timer of
//! the runtime costs a lock and a place in its wheel for every request.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// How often a worker looks at its deadlines.
pub(crate) const TICK: Duration = Duration::from_millis(20);

const NEVER: u64 = u64::MAX;

/// The deadlines of one worker.
#[derive(Debug)]
pub(crate) struct Timers {
    start: Instant,
    /// Milliseconds since `start` at the last tick.
    now: Cell<u64>,
    slots: RefCell<Slots>,
}

#[derive(Debug, Default)]
struct Slots {
    list: Vec<Slot>,
    free: Vec<usize>,
}

#[derive(Debug)]
struct Slot {
    due: u64,
    waker: Option<Waker>,
}

impl Timers {
    pub(crate) fn new() -> Rc<Self> {
        Rc::new(Self {
            start: Instant::now(),
            now: Cell::new(0),
            slots: RefCell::default(),
        })
    }

    /// Milliseconds of the worker's life at its last tick.
    #[inline]
    pub(crate) fn now(&self) -> u64 {
        self.now.get()
    }

    /// Moves the clock and wakes whose deadline has passed.
    pub(crate) fn advance(&self) {
        let now = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(NEVER - 1);
        self.now.set(now);
        for slot in &mut self.slots.borrow_mut().list {
            if slot.due <= now
                && let Some(waker) = slot.waker.take()
            {
                waker.wake();
            }
        }
    }

    /// A deadline in `after`; at the earliest, never before.
    pub(crate) fn after(self: &Rc<Self>, after: Option<Duration>) -> Timer {
        let due = self.due(after);
        let slot = Slot { due, waker: None };
        let slots = &mut *self.slots.borrow_mut();
        let index = match slots.free.pop() {
            Some(index) => {
                slots.list[index] = slot;
                index
            }
            None => {
                slots.list.push(slot);
                slots.list.len() - 1
            }
        };
        Timer {
            timers: self.clone(),
            index,
        }
    }

    fn due(&self, after: Option<Duration>) -> u64 {
        let Some(after) = after else {
            return NEVER;
        };
        let millis = u64::try_from((after + TICK).as_millis()).unwrap_or(NEVER);
        self.now().saturating_add(millis)
    }
}

/// One deadline; dropping it forgets it.
#[derive(Debug)]
pub(crate) struct Timer {
    timers: Rc<Timers>,
    index: usize,
}

impl Timer {
    /// Ready once the deadline has passed.
    #[inline]
    pub(crate) fn poll(&self, context: &mut Context<'_>) -> Poll<()> {
        let slot = &mut self.timers.slots.borrow_mut().list[self.index];
        if slot.due <= self.timers.now() {
            return Poll::Ready(());
        }
        if slot.due != NEVER {
            match &mut slot.waker {
                Some(waker) => waker.clone_from(context.waker()),
                None => slot.waker = Some(context.waker().clone()),
            }
        }
        Poll::Pending
    }

    /// Puts the deadline off to `after` from now.
    pub(crate) fn postpone(&self, after: Option<Duration>) {
        let due = self.timers.due(after);
        self.timers.slots.borrow_mut().list[self.index].due = due;
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let slots = &mut *self.timers.slots.borrow_mut();
        slots.list[self.index] = Slot {
            due: NEVER,
            waker: None,
        };
        slots.free.push(self.index);
    }
}

/// Waits for `work`, but no longer than `timer`. It stays where it is, because what is awaited
/// by value is carried along twice.
///
/// # Errors
/// [`Elapsed`].
pub(crate) async fn within<T>(
    timer: &Timer,
    mut work: Pin<&mut impl Future<Output = T>>,
) -> Result<T, Elapsed> {
    std::future::poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Ok(value)),
        Poll::Pending => timer.poll(context).map(|()| Err(Elapsed)),
    })
    .await
}

/// A deadline passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Elapsed;

#[cfg(test)]
mod tests {
    use super::*;

    fn noop() -> Context<'static> {
        Context::from_waker(Waker::noop())
    }

    #[test]
    fn a_deadline_passes_with_the_clock_and_not_before() {
        let timers = Timers::new();
        let timer = timers.after(Some(Duration::from_millis(100)));
        let never = timers.after(None);
        assert!(timer.poll(&mut noop()).is_pending());
        timers.now.set(100);
        assert!(timer.poll(&mut noop()).is_pending());
        timers.now.set(100 + TICK.as_millis() as u64);
        assert!(timer.poll(&mut noop()).is_ready());
        timers.now.set(NEVER - 1);
        assert!(never.poll(&mut noop()).is_pending());
    }

    #[test]
    fn slots_are_used_again() {
        let timers = Timers::new();
        for _ in 0..100 {
            drop(timers.after(Some(Duration::from_secs(1))));
        }
        assert_eq!(timers.slots.borrow().list.len(), 1);
    }
}
