//! Bodies on their way to the upstream and back.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::sync::mpsc::UnboundedReceiver;

use super::Cluster;
use super::line::Line;
use crate::http::{Carrier, FilteredRequest};
use crate::timers::Timer;

/// Why a body ends before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    /// The other side broke off.
    #[error("the sender broke off")]
    Broken,
    /// It is longer than the limit.
    #[error("the body is longer than the limit")]
    TooLarge,
    /// It did not come in time.
    #[error("the body did not come in time")]
    Late,
    /// A filter ended the stream, or it has its answer.
    #[error("the stream has ended")]
    Ended,
}

/// What became of a request's body, for who waits for the response. By default there is no
/// body, and nothing to become of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verdict(Option<Rc<Cell<Option<BodyError>>>>);

impl Verdict {
    /// For a body.
    pub(crate) fn open(&mut self) {
        self.0 = Some(Rc::default());
    }

    /// Why the body ended before its end, if it did.
    pub(crate) fn get(&self) -> Option<BodyError> {
        self.0.as_ref()?.get()
    }

    fn fail(&self, error: BodyError) -> BodyError {
        if let Some(verdict) = &self.0 {
            verdict.set(Some(error));
        }
        error
    }
}

/// A request's body as it comes from the client, held to limits.
#[derive(Debug)]
pub(crate) struct IncomingBody {
    body: Incoming,
    left: u64,
    timer: Option<Timer>,
    carrier: Carrier,
    verdict: Verdict,
}

impl IncomingBody {
    pub(crate) fn new(
        body: Incoming,
        limit: u64,
        timer: Option<Timer>,
        carrier: Carrier,
        verdict: Verdict,
    ) -> Self {
        Self {
            body,
            left: limit,
            timer,
            carrier,
            verdict,
        }
    }

    pub(crate) fn poll_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else {
            if let Some(timer) = &self.timer
                && timer.poll(context).is_ready()
            {
                return Poll::Ready(Some(Err(self.verdict.fail(BodyError::Late))));
            }
            ready!(self.poll_over(context));
            return Poll::Ready(Some(Err(self.verdict.fail(BodyError::Ended))));
        };
        self.carrier.touch();
        Poll::Ready(match frame {
            Some(Ok(frame)) => {
                let length = frame.data_ref().map_or(0, Bytes::len) as u64;
                match self.left.checked_sub(length) {
                    Some(left) => {
                        self.left = left;
                        Some(Ok(frame))
                    }
                    None => Some(Err(self.verdict.fail(BodyError::TooLarge))),
                }
            }
            Some(Err(_)) => Some(Err(self.verdict.fail(BodyError::Broken))),
            None => None,
        })
    }

    /// Ready once nobody waits for the answer any more.
    pub(crate) fn poll_over(&self, context: &mut Context<'_>) -> Poll<()> {
        match &self.carrier {
            Carrier::Stream(stream) => stream.poll_over(context),
            // Its server drops what it waits for.
            Carrier::Connection(_) => Poll::Pending,
        }
    }

    pub(crate) fn is_end(&self) -> bool {
        self.body.is_end_stream()
    }

    pub(crate) fn size(&self) -> SizeHint {
        self.body.size_hint()
    }
}

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
}

impl Back {
    fn give(self) {
        self.cluster.put_back(self.line);
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
