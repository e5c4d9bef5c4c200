//! A stream that ends without an answer.

/// Makes hyper reset the stream, or close the connection under HTTP/1.
#[derive(Debug, thiserror::Error)]
#[error("the stream was ended")]
pub(crate) struct Abort;
