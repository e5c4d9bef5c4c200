//! One transaction through a filter, without sockets: the body of every trial.

mod driver;
mod outcome;

pub use driver::{Driver, Ending};
pub use outcome::{Difference, Outcome, Sent};

use crate::http::HeaderMap;

/// A request or a response on its way through a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Header fields with pseudo-headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
    /// Trailers; empty for none.
    pub trailers: HeaderMap,
}

/// A request and the response that the upstream would give.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// Name, unique in its traffic.
    pub id: String,
    /// The request.
    pub request: Message,
    /// The upstream's response.
    pub response: Message,
}
