//! The first connections, opened before any load.

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::error::LoadError;

/// Opens a connection that does not block and does not wait to fill packets.
pub(crate) fn connect(address: SocketAddr, limit: Duration) -> Result<TcpStream, LoadError> {
    let open = || {
        let stream = TcpStream::connect_timeout(&address, limit)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(stream)
    };
    open().map_err(|source| LoadError::Connect { address, source })
}
