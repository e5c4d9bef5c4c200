//! Sockets.

mod connection;
mod executor;
mod listener;
mod outbox;
mod sniff;
mod socket;
mod tls;
mod wire;

pub(crate) use connection::{Connection, Connections, Facts, Signal};
pub(crate) use executor::Local;
pub(crate) use listener::bind;
pub(crate) use outbox::send_waiting;
pub(crate) use sniff::is_http2;
pub(crate) use socket::Socket;
pub(crate) use tls::{TlsError, client_config, server_config, server_name};
