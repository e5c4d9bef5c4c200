//! Why a proxy does not start.

use std::io;
use std::net::SocketAddr;

use crate::plugins::PluginError;

/// Why a proxy does not start. The text ends with the remedy, after a semicolon.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {source}; choose another address, or end what has it")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// A thread does not start.
    #[error("cannot start a worker: {0}; check the limits on threads, files and memory")]
    Thread(io::Error),
    /// A plugin does not start.
    #[error(transparent)]
    Plugin(#[from] PluginError),
    /// TLS cannot be set up.
    #[error("`{name}`: {reason}")]
    Tls {
        /// Of the listener or cluster.
        name: String,
        /// Why, with the remedy.
        reason: String,
    },
}

impl StartError {
    pub(crate) fn tls(name: &str, error: &crate::net::TlsError) -> Self {
        Self::Tls {
            name: name.to_owned(),
            reason: error.to_string(),
        }
    }

    pub(crate) fn plugin(plugin: String, source: host_core::StartError) -> Self {
        Self::Plugin(PluginError::Start { plugin, source })
    }
}
