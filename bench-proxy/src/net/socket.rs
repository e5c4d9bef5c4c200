//! A TCP stream under HTTP.
//!
//! What is short waits in the worker's outbox until the worker has nothing else to do, and is
//! sent in one piece. A message of two slices would take `writev`, whose way through the kernel
//! is longer than that of `send` by more than it takes to copy a short body behind its header.
//!
//! Where it is watched it notices by itself when the other side has left. hyper notices it by
//! reading while the request runs, for which it makes a new read buffer every time, because the
//! request still refers to the last one. A look into the socket when it has something costs
//! nothing as long as it has not.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::outbox;
use super::wire::Wire;

/// Bytes that wait for others rather than being sent at once.
const SHORT: usize = 4 << 10;

/// A TCP stream under HTTP.
#[derive(Debug)]
pub(crate) struct Socket {
    reader: OwnedReadHalf,
    wire: Rc<Wire>,
    watched: bool,
}

impl Socket {
    pub(crate) fn new(stream: TcpStream) -> Self {
        let (reader, writer) = stream.into_split();
        Self {
            reader,
            wire: Rc::new(Wire::new(writer)),
            watched: false,
        }
    }

    /// One that fails once the other side has left; for connections that are told to put up with
    /// clients that close their half.
    pub(crate) fn watched(stream: TcpStream) -> Self {
        Self {
            watched: true,
            ..Self::new(stream)
        }
    }

    /// Does `work` with the stream when all that was written before is in the kernel's hands.
    fn poll_after<T>(
        &self,
        context: &mut Context<'_>,
        work: impl FnOnce(Pin<&mut OwnedWriteHalf>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        outbox::send_waiting();
        ready!(self.wire.poll_rest(context))?;
        work(Pin::new(&mut *self.wire.stream.borrow_mut()), context)
    }
}

impl AsyncRead for Socket {
    #[inline]
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.reader).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    #[inline]
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[IoSlice::new(bytes)])
    }

    #[inline]
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let length = slices.iter().map(|slice| slice.len()).sum();
        if length > SHORT {
            return self.poll_after(context, |stream, context| {
                stream.poll_write_vectored(context, slices)
            });
        }
        ready!(self.wire.poll_rest(context))?;
        self.wire.note(context.waker());
        outbox::post(&self.wire, slices);
        Poll::Ready(Ok(length))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// Called whenever a connection runs and has nothing to write, so also when the other side's
    /// leaving woke it, and when something that waited got stuck.
    #[inline]
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.wire.poll_rest(context))?;
        let mut byte = [0];
        if self.watched
            && let Poll::Ready(peeked) =
                self.reader.poll_peek(context, &mut ReadBuf::new(&mut byte))
            && peeked? == 0
        {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_after(context, |stream, context| stream.poll_shutdown(context))
    }
}
