//! The upstream's side: clusters, their endpoints and a worker's connections to them.

mod body;
mod cluster;
mod connect;
mod error;
mod hush;
mod incoming;
mod line;
mod verdict;

pub(crate) use body::{RequestBody, UpstreamBody};
pub(crate) use cluster::{ANY_NUMBER, Answer, Cluster, IDLE_TIMEOUT};
pub(crate) use connect::Transport;
pub(crate) use error::UpstreamError;
pub(crate) use incoming::IncomingBody;
pub(crate) use verdict::{BodyError, Verdict};
