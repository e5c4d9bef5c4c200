//! HTTP/2's streams: each is watched for itself, so that one that is stuck ends while others go
//! on beside it.

mod pieces;
mod stream;
mod streams;

pub(super) use pieces::Pieces;
pub(crate) use stream::Stream;
pub(super) use streams::Streams;
