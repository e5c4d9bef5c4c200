//! Why load could not be made. After the last semicolon comes the remedy.

use std::io;
use std::net::SocketAddr;

/// Why load could not be made, or an upstream not started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A URL that is none.
    #[error("'{url}' {reason}; give one such as http://127.0.0.1:8080/")]
    Url {
        /// As given.
        url: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// A server on another machine.
    #[error(
        "'{0}' is not on this machine, and load goes only to loopback addresses; use 127.0.0.1, [::1] or localhost"
    )]
    NotLoopback(String),
    /// A number out of its range.
    #[error("{name} is {given}; give {wanted}")]
    Number {
        /// Which.
        name: &'static str,
        /// As given.
        given: String,
        /// What would be right.
        wanted: &'static str,
    },
    /// An objective that is none.
    #[error("'{0}' is no objective; write a percentile and a time, such as p99=5ms")]
    Objective(String),
    /// Nothing that could be sent.
    #[error("the traffic has no exchange that can be sent ({0}); give at least one")]
    EmptyMix(String),
    /// Nobody listens.
    #[error("cannot connect to {address}: {source}; start the server first")]
    Connect {
        /// Where to.
        address: SocketAddr,
        /// The kernel's reason.
        source: io::Error,
    },
    /// An address that cannot be listened at.
    #[error("cannot listen on {address}: {source}; choose another port")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// The kernel's reason.
        source: io::Error,
    },
    /// A processor that there is not.
    #[error("cannot pin to CPU {cpu}: {reason}; leave --pin out or name one of this machine's")]
    Pin {
        /// Its number.
        cpu: usize,
        /// The reason.
        reason: String,
    },
    /// What the kernel refused.
    #[error("cannot {action}: {source}; check the limits on open files and threads")]
    System {
        /// What was tried.
        action: &'static str,
        /// The kernel's reason.
        source: io::Error,
    },
}

impl LoadError {
    pub(crate) fn system(action: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { action, source }
    }
}
