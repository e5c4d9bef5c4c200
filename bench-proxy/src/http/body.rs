//! The body of what a client gets.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use super::Carrier;
use super::response_body::FilteredResponse;
use crate::plugins::Ending;
use crate::upstream::{BodyError, UpstreamBody};

/// A request that runs; dropping it ends it.
#[derive(Debug)]
pub(crate) struct Running {
    carrier: Carrier,
}

impl Running {
    #[inline]
    pub(crate) fn new(carrier: Carrier) -> Self {
        carrier.connection().begin();
        carrier.connection().stats.requests.count();
        Self { carrier }
    }
}

impl Drop for Running {
    #[inline]
    fn drop(&mut self) {
        self.carrier.connection().end();
        self.carrier.connection().stats.requests_ended.count();
    }
}

/// The body of what a client gets.
#[derive(Debug)]
pub(crate) struct OutBody {
    kind: Kind,
    /// Ends the filters' streams, when there are any.
    _ending: Option<Ending>,
    running: Running,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// A body that is here; none for an empty one.
    Full(Option<Bytes>),
    /// The upstream's.
    Upstream(UpstreamBody),
    /// The upstream's through filters.
    Filtered(Box<FilteredResponse>),
}

impl OutBody {
    pub(crate) fn new(kind: Kind, ending: Option<Ending>, running: Running) -> Self {
        Self {
            kind,
            _ending: ending,
            running,
        }
    }

    /// Something of it moved.
    #[inline]
    pub(super) fn touch(&self) {
        self.running.carrier.touch();
    }
}

impl Body for OutBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let frame = match &mut self.kind {
            Kind::Full(body) => return Poll::Ready(body.take().map(|body| Ok(Frame::data(body)))),
            Kind::Upstream(body) => ready!(Pin::new(body).poll_frame(context))
                .map(|frame| frame.map_err(|_| BodyError::Broken)),
            Kind::Filtered(body) => ready!(body.poll_next(context)),
        };
        self.touch();
        if matches!(frame, Some(Err(_))) {
            self.running.carrier.connection().stats.resets.count();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Full(body) => body.is_none(),
            Kind::Upstream(body) => body.is_end_stream(),
            Kind::Filtered(body) => body.is_end(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Full(body) => SizeHint::with_exact(body.as_ref().map_or(0, Bytes::len) as u64),
            Kind::Upstream(body) => body.size_hint(),
            Kind::Filtered(_) => SizeHint::default(),
        }
    }
}
