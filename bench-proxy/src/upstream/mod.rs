//! The upstream's side: clusters, their endpoints and a worker's connections to them.

mod body;
mod cluster;
mod connect;
mod error;
mod hush;
mod line;

pub(crate) use body::{BodyError, IncomingBody, RequestBody, UpstreamBody, Verdict};
pub(crate) use cluster::{ANY_NUMBER, Cluster, IDLE_TIMEOUT};
pub(crate) use connect::Transport;
pub(crate) use error::UpstreamError;
