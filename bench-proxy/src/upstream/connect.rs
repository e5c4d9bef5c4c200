//! New connections to an endpoint.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::net::Socket;

/// Where an endpoint is.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// At an address.
    Address(SocketAddr),
    /// At a name, looked up for every connection.
    Name(String, u16),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Name(name, port) => write!(f, "{name}:{port}"),
        }
    }
}

/// How connections of a cluster are made.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) timeout: Duration,
    pub(crate) tls: Option<(Arc<rustls::ClientConfig>, ServerName<'static>)>,
}

/// A connection before any HTTP.
pub(crate) enum Transport {
    Plain(Socket),
    Tls(Box<TlsStream<Socket>>),
}

impl Connector {
    /// Connects.
    ///
    /// # Errors
    /// The network's; [`io::ErrorKind::TimedOut`] after the cluster's own limit.
    pub(crate) async fn connect(&self, place: &Place) -> io::Result<Transport> {
        tokio::time::timeout(self.timeout, self.open(place))
            .await
            .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
    }

    async fn open(&self, place: &Place) -> io::Result<Transport> {
        let stream = match place {
            Place::Address(address) => TcpStream::connect(address).await?,
            Place::Name(name, port) => TcpStream::connect((name.as_str(), *port)).await?,
        };
        stream.set_nodelay(true)?;
        let stream = Socket::new(stream);
        let Some((config, name)) = &self.tls else {
            return Ok(Transport::Plain(stream));
        };
        let stream = TlsConnector::from(config.clone())
            .connect(name.clone(), stream)
            .await?;
        Ok(Transport::Tls(Box::new(stream)))
    }
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connector")
            .field("timeout", &self.timeout)
            .field("tls", &self.tls.is_some())
            .finish()
    }
}
