//! A connection's task that need not run because its last answer was taken.
//!
//! hyper wakes the connection whenever a piece of a body is taken from it, so that it sends the
//! next one. Of the last piece, and most answers have but one, nothing comes of that; without it a
//! request takes this proxy a hundredth fewer instructions.

use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};

/// Wakes are passed on.
const OPEN: u8 = 0;
/// Wakes are kept.
const SHUT: u8 = 1;
/// One is.
const WOKEN: u8 = 2;

/// Who decides whether a connection's task is woken.
#[derive(Debug, Default)]
pub(super) struct Hush {
    state: AtomicU8,
    /// Runs the connection, from its first turn on.
    task: OnceLock<Waker>,
}

impl Hush {
    /// Does `work`, which answers whether the connection need not run for what it did.
    pub(super) fn during<T>(&self, work: impl FnOnce() -> (T, bool)) -> T {
        self.state.store(SHUT, Ordering::Relaxed);
        let (done, needless) = work();
        // All of a worker's connections live on its thread: nothing comes between.
        let woken = self.state.load(Ordering::Relaxed) == WOKEN;
        self.state.store(OPEN, Ordering::Relaxed);
        if woken && !needless {
            self.wake_task();
        }
        done
    }

    fn wake_task(&self) {
        if let Some(task) = self.task.get() {
            task.wake_by_ref();
        }
    }
}

impl Wake for Hush {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        match self.state.load(Ordering::Relaxed) {
            OPEN => self.wake_task(),
            _ => self.state.store(WOKEN, Ordering::Relaxed),
        }
    }
}

/// A connection that is woken through its [`Hush`].
pub(super) struct Hushed<C> {
    connection: C,
    hush: Arc<Hush>,
    waker: Waker,
}

impl<C: Future + Unpin> Hushed<C> {
    pub(super) fn new(connection: C) -> (Self, Arc<Hush>) {
        let hush = Arc::new(Hush::default());
        let hushed = Self {
            connection,
            waker: hush.clone().into(),
            hush: hush.clone(),
        };
        (hushed, hush)
    }
}

impl<C: Future + Unpin> Future for Hushed<C> {
    type Output = C::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<C::Output> {
        let this = &mut *self;
        let task = this.hush.task.get_or_init(|| context.waker().clone());
        // One that moved to another task goes on without.
        let is_same = task.will_wake(context.waker());
        let connection = Pin::new(&mut this.connection);
        match is_same {
            true => connection.poll(&mut Context::from_waker(&this.waker)),
            false => connection.poll(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Keeps its waker and never ends.
    #[derive(Clone, Default)]
    struct Connection(Rc<RefCell<Option<Waker>>>);

    impl Future for Connection {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            *self.0.borrow_mut() = Some(context.waker().clone());
            Poll::Pending
        }
    }

    #[test]
    fn only_needless_wakes_are_kept_from_the_task() {
        let (connection, task) = (Connection::default(), Arc::new(Count::default()));
        let (mut hushed, hush) = Hushed::new(connection.clone());
        let waker = Waker::from(task.clone());
        let mut woken = |wake: &dyn Fn(&Waker)| {
            let before = task.0.load(Ordering::Relaxed);
            let polled = Pin::new(&mut hushed).poll(&mut Context::from_waker(&waker));
            assert!(polled.is_pending());
            wake(connection.0.borrow().as_ref().expect("polled"));
            task.0.load(Ordering::Relaxed) - before
        };
        assert_eq!(woken(&|waker| waker.wake_by_ref()), 1);
        for (needless, times) in [(true, 0), (false, 1), (true, 0)] {
            let during = |waker: &Waker| hush.during(|| (waker.wake_by_ref(), needless));
            assert_eq!(woken(&during), times, "{needless}");
        }
        assert_eq!(woken(&|_| hush.during(|| ((), false))), 0);
        assert_eq!(woken(&|waker| waker.wake_by_ref()), 1);
    }
}
