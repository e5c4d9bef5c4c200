//! The sending half of a TCP stream, to which others write on its connection's behalf.

use std::cell::{Cell, RefCell};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use tokio::io::AsyncWrite as _;
use tokio::net::tcp::OwnedWriteHalf;

/// The sending half of a TCP stream, to which others write on its connection's behalf.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) stream: RefCell<OwnedWriteHalf>,
    /// Runs the connection.
    task: RefCell<Option<Waker>>,
    /// Whether the last message was not sent as a whole.
    stuck: Cell<bool>,
    rest: RefCell<Rest>,
}

/// What is left of messages that the stream did not take.
#[derive(Debug, Default)]
struct Rest {
    bytes: Vec<u8>,
    sent: usize,
    error: Option<io::ErrorKind>,
}

impl Wire {
    pub(super) fn new(stream: OwnedWriteHalf) -> Self {
        Self {
            stream: RefCell::new(stream),
            task: RefCell::default(),
            stuck: Cell::new(false),
            rest: RefCell::default(),
        }
    }

    /// Takes note of who is woken when a message gets stuck.
    #[inline]
    pub(super) fn note(&self, task: &Waker) {
        match &mut *self.task.borrow_mut() {
            Some(noted) => noted.clone_from(task),
            none => *none = Some(task.clone()),
        }
    }

    /// Sends a message. Of one that the stream does not take the connection's task sends the
    /// rest.
    pub(super) fn send(&self, message: &[u8]) {
        let sent = match self.stuck.get() {
            true => Err(io::ErrorKind::WouldBlock),
            false => self
                .stream
                .borrow()
                .try_write(message)
                .map_err(|error| error.kind()),
        };
        let rest = &mut *self.rest.borrow_mut();
        match sent {
            Ok(sent) if sent == message.len() => return,
            Ok(sent) => rest.bytes.extend_from_slice(&message[sent..]),
            Err(io::ErrorKind::WouldBlock) => rest.bytes.extend_from_slice(message),
            Err(error) => rest.error = Some(error),
        }
        self.stuck.set(true);
        if let Some(task) = &*self.task.borrow() {
            task.wake_by_ref();
        }
    }

    /// Ready when nothing is left of messages that got stuck.
    ///
    /// # Errors
    /// The stream's.
    #[inline]
    pub(super) fn poll_rest(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.stuck.get() {
            true => self.poll_stuck(context),
            false => Poll::Ready(Ok(())),
        }
    }

    #[cold]
    fn poll_stuck(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let rest = &mut *self.rest.borrow_mut();
        if let Some(error) = rest.error {
            // Whoever asks again is told again.
            return Poll::Ready(Err(error.into()));
        }
        let stream = &mut *self.stream.borrow_mut();
        while rest.sent < rest.bytes.len() {
            let bytes = &rest.bytes[rest.sent..];
            match ready!(Pin::new(&mut *stream).poll_write(context, bytes))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                sent => rest.sent += sent,
            }
        }
        *rest = Rest::default();
        self.stuck.set(false);
        Poll::Ready(Ok(()))
    }
}
