//! New connections of a worker to a cluster.

use std::cell::Cell;
use std::io;
use std::rc::Rc;

use hyper::client::conn::{http1, http2};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::Cluster;
use crate::net::Local;
use crate::upstream::connect::Transport;
use crate::upstream::hush::Hushed;
use crate::upstream::line::Line;
use crate::upstream::{RequestBody, UpstreamError};

/// Counts a connection for as long as it lives, however it ends.
struct Open(Rc<Cell<usize>>);

impl Open {
    fn new(count: &Rc<Cell<usize>>) -> Self {
        count.set(count.get() + 1);
        Self(count.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

impl Cluster {
    pub(super) async fn http2_sender(
        &self,
    ) -> Result<(http2::SendRequest<RequestBody>, usize, bool), UpstreamError> {
        // Held while connecting, so that a burst of requests opens one connection.
        let mut shared = self.shared.lock().await;
        if let Some((sender, endpoint)) = &*shared
            && !sender.is_closed()
        {
            return Ok((sender.clone(), *endpoint, false));
        }
        let (transport, endpoint) = self.transport().await?;
        let sender = match transport {
            Transport::Plain(stream) => self.handshake_http2(stream).await,
            Transport::Tls(stream) => self.handshake_http2(*stream).await,
        }?;
        *shared = Some((sender.clone(), endpoint));
        Ok((sender, endpoint, true))
    }

    pub(super) async fn connect_http1(&self) -> Result<Box<Line>, UpstreamError> {
        let (transport, endpoint) = self.transport().await?;
        match transport {
            Transport::Plain(stream) => self.handshake_http1(stream, endpoint).await,
            Transport::Tls(stream) => self.handshake_http1(*stream, endpoint).await,
        }
    }

    /// Connects to the next endpoint, or to one after it when that fails.
    pub(crate) async fn transport(&self) -> Result<(Transport, usize), UpstreamError> {
        if self.open.get() >= self.max_connections {
            return Err(UpstreamError::Overflow);
        }
        let mut last = None;
        for _ in 0..self.places.len() {
            let endpoint = self.next.get() % self.places.len();
            self.next.set(endpoint + 1);
            match self.connector.connect(&self.places[endpoint]).await {
                Ok(transport) => {
                    self.stats.upstream_connections.count();
                    return Ok((transport, endpoint));
                }
                Err(error) => {
                    self.stats.upstream_connect_failures.count();
                    last = Some(error);
                }
            }
        }
        let none = || io::Error::from(io::ErrorKind::NotConnected);
        Err(UpstreamError::Connect(last.unwrap_or_else(none)))
    }

    async fn handshake_http1<T>(
        &self,
        stream: T,
        endpoint: usize,
    ) -> Result<Box<Line>, UpstreamError>
    where
        T: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        let (sender, connection) = http1::Builder::new()
            .handshake(TokioIo::new(stream))
            .await
            .map_err(UpstreamError::Reset)?;
        let (connection, hush) = Hushed::new(connection);
        self.run(async { drop(connection.await) });
        Ok(Box::new(Line::new(sender, hush, endpoint)))
    }

    async fn handshake_http2<T>(
        &self,
        stream: T,
    ) -> Result<http2::SendRequest<RequestBody>, UpstreamError>
    where
        T: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        let (sender, connection) = http2::Builder::new(Local)
            .initial_stream_window_size(1 << 20)
            .initial_connection_window_size(4 << 20)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(UpstreamError::Reset)?;
        self.run(async { drop(connection.await) });
        Ok(sender)
    }

    /// Runs a connection beside everything else.
    fn run(&self, connection: impl Future<Output = ()> + 'static) {
        let open = Open::new(&self.open);
        tokio::task::spawn_local(async move {
            connection.await;
            drop(open);
        });
    }
}
