//! A stream of a connection.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::net::Connection;
use crate::timers::{Timer, Timers};

/// A stream of a connection, which carries one request.
#[derive(Debug)]
pub(crate) struct Stream {
    connection: Rc<Connection>,
    /// How long no byte may move.
    idle: Option<Duration>,
    /// When that time is over.
    timer: Timer,
    over: Cell<bool>,
    /// Who waits for more of the request's body.
    reader: RefCell<Option<Waker>>,
}

impl Stream {
    pub(super) fn new(
        connection: Rc<Connection>,
        timers: &Rc<Timers>,
        idle: Option<Duration>,
    ) -> Rc<Self> {
        Rc::new(Self {
            connection,
            idle,
            timer: timers.after(idle),
            over: Cell::new(false),
            reader: RefCell::new(None),
        })
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Something moved.
    pub(crate) fn touch(&self) {
        self.timer.postpone(self.idle);
    }

    /// Ready once nothing has moved for too long.
    pub(super) fn poll_idle(&self, context: &mut Context<'_>) -> Poll<()> {
        self.timer.poll(context)
    }

    /// Ready once the answer has ended, or will not come: who sends a request's body on, often
    /// in another task, then waits for no more of it.
    pub(crate) fn poll_over(&self, context: &mut Context<'_>) -> Poll<()> {
        if self.over.get() {
            return Poll::Ready(());
        }
        match &mut *self.reader.borrow_mut() {
            Some(reader) => reader.clone_from(context.waker()),
            reader => *reader = Some(context.waker().clone()),
        }
        Poll::Pending
    }

    pub(super) fn end(&self) {
        self.over.set(true);
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }
}
