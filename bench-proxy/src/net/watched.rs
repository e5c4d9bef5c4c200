//! A client's stream that notices by itself when the client has left.
//!
//! hyper notices it by reading while the request runs, for which it makes a new read buffer
//! every time, because the request still refers to the last one. A look into the socket when
//! it has something costs nothing as long as it has not.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::Brief;

/// A client's stream that notices by itself when the client has left; for connections that are
/// told to put up with clients that close their half.
#[derive(Debug)]
pub(crate) struct Watched(Brief);

impl Watched {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self(Brief::new(stream))
    }

    fn has_left(&self, context: &mut Context<'_>) -> io::Result<bool> {
        let mut byte = [0];
        match self.0.0.poll_peek(context, &mut ReadBuf::new(&mut byte)) {
            Poll::Ready(Ok(count)) => Ok(count == 0),
            Poll::Ready(Err(error)) => Err(error),
            Poll::Pending => Ok(false),
        }
    }
}

impl AsyncRead for Watched {
    #[inline]
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Watched {
    #[inline]
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    #[inline]
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    /// Called whenever a connection runs and has nothing to write, so also when the client's
    /// leaving woke it.
    #[inline]
    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(match self.has_left(context) {
            Ok(false) => Ok(()),
            Ok(true) => Err(io::ErrorKind::ConnectionAborted.into()),
            Err(error) => Err(error),
        })
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
