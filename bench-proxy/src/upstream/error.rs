//! How upstreams fail.

use std::io;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpstreamError {
    /// No endpoint could be reached.
    #[error("no connection to the upstream: {0}")]
    Connect(io::Error),
    /// The worker has as many connections as it may.
    #[error("too many connections to the upstream")]
    Overflow,
    /// The upstream broke off before its answer.
    #[error("the upstream broke off: {0}")]
    Reset(hyper::Error),
}
