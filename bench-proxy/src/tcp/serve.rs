//! One connection of bytes.

use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use host_core::abi::PeerType;
use tokio::io::{
    AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf,
};
use tokio_rustls::TlsAcceptor;

use super::chain::{Chain, Closed, Origin};
use crate::net::{Connection, Signal, Socket};
use crate::plugins::PluginSeat;
use crate::upstream::{Cluster, Transport};
use crate::worker::Worker;

/// What a TCP listener does, at one worker.
#[derive(Debug)]
pub(crate) struct TcpService {
    pub(crate) cluster: Rc<Cluster>,
    pub(crate) filters: Vec<Rc<PluginSeat>>,
    pub(crate) idle: Option<Duration>,
    pub(crate) tls: Option<Arc<rustls::ServerConfig>>,
}

/// Bytes read at once.
const CHUNK: usize = 16 << 10;

/// Passes bytes until one side ends the connection.
pub(crate) async fn serve(
    worker: &Rc<Worker>,
    service: &TcpService,
    connection: &Connection,
    stream: Socket,
) {
    match &service.tls {
        None => connected(worker, service, connection, stream).await,
        Some(config) => {
            let accept = TlsAcceptor::from(config.clone()).accept(stream);
            let limit = service.idle.unwrap_or(Duration::from_secs(3600));
            if let Ok(Ok(stream)) = tokio::time::timeout(limit, accept).await {
                connected(worker, service, connection, stream).await;
            }
        }
    }
}

async fn connected<D>(
    worker: &Rc<Worker>,
    service: &TcpService,
    connection: &Connection,
    downstream: D,
) where
    D: AsyncRead + AsyncWrite + Unpin,
{
    let Ok(mut chain) = Chain::open(&service.filters, connection, worker.stats.clone()) else {
        return;
    };
    if chain.begin().is_err() {
        return;
    }
    let Ok((upstream, _)) = service.cluster.transport().await else {
        chain.closed(Origin::Server, PeerType::Remote);
        return;
    };
    match upstream {
        Transport::Plain(upstream) => {
            Pipe::new(worker, connection, downstream, upstream)
                .run(&mut chain)
                .await;
        }
        Transport::Tls(upstream) => {
            Pipe::new(worker, connection, downstream, *upstream)
                .run(&mut chain)
                .await;
        }
    }
}

struct Pipe<'a, D, U> {
    worker: &'a Worker,
    connection: &'a Connection,
    client: (ReadHalf<D>, WriteHalf<D>),
    server: (ReadHalf<U>, WriteHalf<U>),
    /// Whether the last byte has come from either side, and was sent to the other.
    ended: [bool; 2],
    passed: [bool; 2],
}

/// What happened.
enum Event {
    /// Bytes, or the end of a side.
    Read(Origin, std::io::Result<usize>),
    /// Some filter may have let something go.
    Moved(Result<(), Closed>),
    /// The connection is to end.
    Told,
}

impl<'a, D, U> Pipe<'a, D, U>
where
    D: AsyncRead + AsyncWrite + Unpin,
    U: AsyncRead + AsyncWrite + Unpin,
{
    fn new(worker: &'a Worker, connection: &'a Connection, client: D, server: U) -> Self {
        // Origin here on only a byte that moves keeps the connection open.
        connection.touch();
        Self {
            worker,
            connection,
            client: tokio::io::split(client),
            server: tokio::io::split(server),
            ended: [false; 2],
            passed: [false; 2],
        }
    }

    async fn run(mut self, chain: &mut Chain) {
        let closed_by = self.pass(chain).await;
        let (client, server) = match closed_by {
            Some(Origin::Client) => (PeerType::Remote, PeerType::Local),
            Some(Origin::Server) => (PeerType::Local, PeerType::Remote),
            None => (PeerType::Local, PeerType::Local),
        };
        chain.closed(Origin::Client, client);
        chain.closed(Origin::Server, server);
    }

    /// Passes bytes until the end; answers who ended it.
    async fn pass(&mut self, chain: &mut Chain) -> Option<Origin> {
        let (mut from_client, mut from_server) = (vec![0; CHUNK], vec![0; CHUNK]);
        loop {
            match self.next(chain, &mut from_client, &mut from_server).await {
                Event::Told | Event::Moved(Err(Closed)) => return None,
                Event::Moved(Ok(())) => {}
                Event::Read(from, Err(_)) => return Some(from),
                Event::Read(from, Ok(read)) => {
                    self.connection.touch();
                    self.ended[from as usize] |= read == 0;
                    let bytes = match from {
                        Origin::Client => &from_client[..read],
                        Origin::Server => &from_server[..read],
                    };
                    if chain.push(from, bytes, read == 0).is_err() {
                        return None;
                    }
                }
            }
            for from in [Origin::Client, Origin::Server] {
                if self.send(chain, from).await.is_err() {
                    return Some(match from {
                        Origin::Client => Origin::Server,
                        Origin::Server => Origin::Client,
                    });
                }
            }
            if self.passed == [true; 2] {
                return Some(Origin::Client);
            }
        }
    }

    async fn next(&mut self, chain: &mut Chain, client: &mut [u8], server: &mut [u8]) -> Event {
        let may = |from: Origin| !self.ended[from as usize] && !chain.is_full(from);
        let (may_client, may_server) = (may(Origin::Client), may(Origin::Server));
        let connection = self.connection;
        let moved = std::future::poll_fn(|context| {
            match connection.check(context) {
                Some(Signal::Close) => return Poll::Ready(Event::Told),
                // A connection of bytes has no good moment to end; it may run until the end
                // of the drain.
                Some(Signal::Drain) | None => {}
            }
            match chain.advance(context) {
                Err(closed) => Poll::Ready(Event::Moved(Err(closed))),
                Ok(true) => Poll::Ready(Event::Moved(Ok(()))),
                Ok(false) => Poll::Pending,
            }
        });
        tokio::select! {
            biased;
            event = moved => event,
            read = self.client.0.read(client), if may_client => Event::Read(Origin::Client, read),
            read = self.server.0.read(server), if may_server => Event::Read(Origin::Server, read),
        }
    }

    /// Sends on what left the filters.
    async fn send(&mut self, chain: &mut Chain, from: Origin) -> std::io::Result<()> {
        let (bytes, end) = chain.take(from);
        let stats = &self.worker.stats;
        if !bytes.is_empty() {
            match from {
                Origin::Client => {
                    stats.tcp_received.add(bytes.len() as u64);
                    self.server.1.write_all(&bytes).await?;
                    self.server.1.flush().await?;
                }
                Origin::Server => {
                    stats.tcp_sent.add(bytes.len() as u64);
                    self.client.1.write_all(&bytes).await?;
                    self.client.1.flush().await?;
                }
            }
            self.connection.touch();
        }
        if end && !std::mem::replace(&mut self.passed[from as usize], true) {
            match from {
                Origin::Client => self.server.1.shutdown().await?,
                Origin::Server => self.client.1.shutdown().await?,
            }
        }
        Ok(())
    }
}
