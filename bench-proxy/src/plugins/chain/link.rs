//! One filter in one stream's chain.

use std::rc::Rc;

use host_core::abi::Callback;
use host_core::{Binding, ContextId, Stream};

use super::Side;
use crate::plugins::PluginSeat;

/// How far one half of a stream has come at one filter.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    /// The filter has been called for the header.
    pub(super) begun: bool,
    /// The filter holds the half.
    pub(super) held: bool,
    /// The header is part of what it holds.
    pub(super) holds_headers: bool,
    /// The header was all there was.
    pub(super) headers_end: bool,
    /// The last of the body has come.
    pub(super) end: bool,
    /// Trailers have come.
    pub(super) trailers: bool,
}

/// One filter in one stream's chain.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) seat: Rc<PluginSeat>,
    /// `None` once the stream goes on without this filter.
    pub(super) binding: Option<Binding>,
    pub(super) id: ContextId,
    pub(super) progress: [Progress; 2],
    /// What the filter's context held when it failed.
    pub(super) orphan: Option<Box<Stream>>,
}

impl Link {
    pub(super) fn has(&self, callback: Callback) -> bool {
        self.seat.shared.callbacks.contains(callback)
    }

    /// Whether the filter is called for headers.
    pub(super) fn sees_headers(&self, side: Side) -> bool {
        self.has(match side {
            Side::Request => Callback::RequestHeaders,
            Side::Response => Callback::ResponseHeaders,
        })
    }

    /// Whether the filter sees bodies.
    pub(super) fn reads(&self, side: Side) -> bool {
        self.has(match side {
            Side::Request => Callback::RequestBody,
            Side::Response => Callback::ResponseBody,
        })
    }

    pub(super) fn sees_trailers(&self, side: Side) -> bool {
        self.has(match side {
            Side::Request => Callback::RequestTrailers,
            Side::Response => Callback::ResponseTrailers,
        })
    }

    /// Whether the filter may change the body or the trailers.
    pub(super) fn edits(&self, side: Side) -> bool {
        self.binding.is_some() && (self.reads(side) || self.sees_trailers(side))
    }
}
