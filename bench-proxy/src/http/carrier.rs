//! What carries a request from its client and the answer back.

use std::rc::Rc;

use super::http2::Stream;
use crate::net::Connection;

/// What carries a request: under HTTP/1 a connection, under HTTP/2 a stream of one. Whose bytes
/// have not moved for too long is ended, and nothing else with it.
#[derive(Clone, Debug)]
pub(crate) enum Carrier {
    Connection(Rc<Connection>),
    Stream(Rc<Stream>),
}

impl Carrier {
    /// The connection, be there others on it or not.
    #[inline]
    pub(crate) fn connection(&self) -> &Connection {
        match self {
            Self::Connection(connection) => connection,
            Self::Stream(stream) => stream.connection(),
        }
    }

    /// Something moved.
    #[inline]
    pub(crate) fn touch(&self) {
        match self {
            Self::Connection(connection) => connection.touch(),
            Self::Stream(stream) => stream.touch(),
        }
    }
}
