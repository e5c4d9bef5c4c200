//! Bodies on their way to the upstream and back.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::sync::mpsc::UnboundedReceiver;

use super::IncomingBody;
use super::line::Line;
use super::verdict::{BodyError, Verdict};
use crate::http::FilteredRequest;

/// A request's body as it goes to the upstream. Most requests have none, and each is moved a
/// dozen times on its way: hence the boxes.
#[derive(Debug, Default)]
pub(crate) enum RequestBody {
    /// None.
    #[default]
    Empty,
    /// A body that is here, and trailers after it.
    Full(Box<(Option<Bytes>, Option<HeaderMap>)>),
    /// The client's.
    Incoming(Box<IncomingBody>),
    /// The client's through filters.
    Filtered(Box<FilteredRequest>),
    /// What somebody sends piece by piece.
    Channel(UnboundedReceiver<Bytes>),
}

impl From<Option<IncomingBody>> for RequestBody {
    fn from(body: Option<IncomingBody>) -> Self {
        body.map_or(Self::Empty, |body| Self::Incoming(Box::new(body)))
    }
}

impl RequestBody {
    /// What becomes of the client's body, if it is one.
    pub(super) fn verdict(&self) -> Verdict {
        let incoming = match self {
            Self::Incoming(body) => Some(&**body),
            Self::Filtered(body) => body.incoming(),
            Self::Empty | Self::Full(_) | Self::Channel(_) => None,
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
            Self::Full(full) => {
                let (body, trailers) = &mut **full;
                Poll::Ready(match body.take() {
                    Some(body) => Some(Ok(Frame::data(body))),
                    None => trailers
                        .take()
                        .map(|trailers| Ok(Frame::trailers(trailers))),
                })
            }
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
            Self::Full(full) => matches!(**full, (None, None)),
            Self::Incoming(body) => body.is_end(),
            Self::Filtered(_) | Self::Channel(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Full(full) => match &**full {
                (body, None) => SizeHint::with_exact(body.as_ref().map_or(0, Bytes::len) as u64),
                (_, Some(_)) => SizeHint::default(),
            },
            Self::Incoming(body) => body.size(),
            Self::Filtered(_) | Self::Channel(_) => SizeHint::default(),
        }
    }
}

/// A response's body; gives the connection back when it has ended.
#[derive(Debug)]
pub(crate) struct UpstreamBody {
    inner: Incoming,
    line: Option<Box<Line>>,
}

impl UpstreamBody {
    /// `line` is the connection that the body alone has until it ends, if that is so.
    pub(super) fn new(inner: Incoming, line: Option<Box<Line>>) -> Self {
        let mut body = Self { inner, line };
        if body.inner.is_end_stream() {
            body.done();
        }
        body
    }

    fn done(&mut self) {
        if let Some(line) = self.line.take() {
            line.give_back();
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
        let Self { inner, line } = &mut *self;
        let frame = match line {
            Some(line) => line.hush.during(|| {
                let frame = Pin::new(&mut *inner).poll_frame(context);
                (frame, inner.is_end_stream())
            }),
            None => Pin::new(inner).poll_frame(context),
        };
        let frame = ready!(frame);
        match &frame {
            Some(Err(_)) => self.line = None,
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
