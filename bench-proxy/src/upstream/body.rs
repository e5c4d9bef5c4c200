//! Bodies on their way to the upstream and back.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::sync::mpsc::UnboundedReceiver;

use super::line::Line;
use super::verdict::{BodyError, Verdict};
use super::{Cluster, IncomingBody};
use crate::http::FilteredRequest;

/// A request's body as it goes to the upstream.
#[derive(Debug, Default)]
pub(crate) enum RequestBody {
    /// None.
    #[default]
    Empty,
    /// A body that is here, and trailers after it.
    Full(Option<Bytes>, Option<HeaderMap>),
    /// The client's.
    Incoming(IncomingBody),
    /// The client's through filters.
    Filtered(FilteredRequest),
    /// What somebody sends piece by piece.
    Channel(UnboundedReceiver<Bytes>),
}

impl RequestBody {
    /// What becomes of the client's body, if it is one.
    pub(super) fn verdict(&self) -> Verdict {
        let incoming = match self {
            Self::Incoming(body) => Some(body),
            Self::Filtered(body) => body.incoming(),
            Self::Empty | Self::Full(..) | Self::Channel(_) => None,
        };
        incoming.map_or_else(Verdict::default, |body| body.verdict().clone())
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut *self {
            Self::Empty => Poll::Ready(None),
            Self::Full(body, trailers) => Poll::Ready(match body.take() {
                Some(body) => Some(Ok(Frame::data(body))),
                None => trailers
                    .take()
                    .map(|trailers| Ok(Frame::trailers(trailers))),
            }),
            Self::Incoming(body) => body.poll_next(context),
            Self::Filtered(body) => body.poll_next(context),
            Self::Channel(pieces) => {
                Poll::Ready(ready!(pieces.poll_recv(context)).map(|piece| Ok(Frame::data(piece))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Full(body, trailers) => body.is_none() && trailers.is_none(),
            Self::Incoming(body) => body.is_end(),
            Self::Filtered(_) | Self::Channel(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Full(body, None) => {
                SizeHint::with_exact(body.as_ref().map_or(0, Bytes::len) as u64)
            }
            Self::Incoming(body) => body.size(),
            Self::Full(..) | Self::Filtered(_) | Self::Channel(_) => SizeHint::default(),
        }
    }
}

/// An upstream's connection on its way back to where it came from.
#[derive(Debug)]
pub(super) struct Back {
    pub(super) line: Line,
    pub(super) cluster: Rc<Cluster>,
    /// Of the request's body.
    pub(super) verdict: Verdict,
}

impl Back {
    fn give(self) {
        // With an answer before the request's end the next request would wait for that end.
        if !self.verdict.is_open() {
            self.cluster.put_back(self.line);
        }
    }
}

/// A response's body; gives the connection back when it has ended.
#[derive(Debug)]
pub(crate) struct UpstreamBody {
    inner: Incoming,
    back: Option<Back>,
}

impl UpstreamBody {
    pub(super) fn new(inner: Incoming, back: Option<Back>) -> Self {
        let mut body = Self { inner, back };
        if body.inner.is_end_stream() {
            body.done();
        }
        body
    }

    fn done(&mut self) {
        if let Some(back) = self.back.take() {
            back.give();
        }
    }
}

impl Body for UpstreamBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Self { inner, back } = &mut *self;
        let frame = match back {
            Some(back) => back.line.hush.during(|| {
                let frame = Pin::new(&mut *inner).poll_frame(context);
                (frame, inner.is_end_stream())
            }),
            None => Pin::new(inner).poll_frame(context),
        };
        let frame = ready!(frame);
        match &frame {
            Some(Err(_)) => self.back = None,
            None => self.done(),
            // Trailers are the last there is, and who gets them does not ask again.
            Some(Ok(frame)) if frame.is_trailers() || self.inner.is_end_stream() => self.done(),
            Some(Ok(_)) => {}
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
