//! Sockets.

mod brief;
mod connection;
mod executor;
mod listener;
mod sniff;
mod tls;
mod watched;

pub(crate) use brief::Brief;
pub(crate) use connection::{Connection, Connections, Facts, Signal};
pub(crate) use executor::Local;
pub(crate) use listener::bind;
pub(crate) use sniff::is_http2;
pub(crate) use tls::{TlsError, client_config, server_config, server_name};
pub(crate) use watched::Watched;
