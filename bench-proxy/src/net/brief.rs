//! Writing what is short in one piece.
//!
//! A message of two slices takes `writev`, whose way through the kernel is longer than that of
//! `send` by more than it takes to copy a short body behind its header.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Bytes that are copied rather than gathered.
const SHORT: usize = 4 << 10;

/// A stream that writes what is short in one piece.
#[derive(Debug)]
pub(crate) struct Brief(pub(super) TcpStream);

impl Brief {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self(stream)
    }
}

impl AsyncRead for Brief {
    #[inline]
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Brief {
    #[inline]
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let stream = Pin::new(&mut self.0);
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
        self.0.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
