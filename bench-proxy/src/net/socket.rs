//! A TCP stream under HTTP.
//!
//! What is short it writes in one piece. A message of two slices takes `writev`, whose way
//! through the kernel is longer than that of `send` by more than it takes to copy a short body
//! behind its header.
//!
//! Where it is watched it notices by itself when the other side has left. hyper notices it by
//! reading while the request runs, for which it makes a new read buffer every time, because the
//! request still refers to the last one. A look into the socket when it has something costs
//! nothing as long as it has not.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Bytes that are copied rather than gathered.
const SHORT: usize = 4 << 10;

/// A TCP stream under HTTP.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    watched: bool,
}

impl Socket {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            watched: false,
        }
    }

    /// One that fails once the other side has left; for connections that are told to put up with
    /// clients that close their half.
    pub(crate) fn watched(stream: TcpStream) -> Self {
        Self {
            stream,
            watched: true,
        }
    }
}

impl AsyncRead for Socket {
    #[inline]
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    #[inline]
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let stream = Pin::new(&mut self.stream);
        if let [slice] = slices {
            return stream.poll_write(context, slice);
        }
        if slices.iter().map(|slice| slice.len()).sum::<usize>() > SHORT {
            return stream.poll_write_vectored(context, slices);
        }
        let mut room = [const { MaybeUninit::uninit() }; SHORT];
        let mut message = ReadBuf::uninit(&mut room);
        slices.iter().for_each(|slice| message.put_slice(slice));
        stream.poll_write(context, message.filled())
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Called whenever a connection runs and has nothing to write, so also when the other side's
    /// leaving woke it.
    #[inline]
    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut byte = [0];
        if self.watched
            && let Poll::Ready(peeked) =
                self.stream.poll_peek(context, &mut ReadBuf::new(&mut byte))
            && peeked? == 0
        {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
