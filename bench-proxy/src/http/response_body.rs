//! A response's body on its way through filters.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body as _, Frame};

use super::request_body::frame;
use crate::plugins::{ChainRef, Side};
use crate::upstream::{BodyError, UpstreamBody};

/// A response's body on its way through filters.
#[derive(Debug)]
pub(crate) struct FilteredResponse {
    chain: ChainRef,
    upstream: Option<UpstreamBody>,
    ended: bool,
}

impl FilteredResponse {
    /// `upstream` is what is left of the upstream's body; `None` for a filter's own.
    pub(super) fn new(chain: ChainRef, upstream: Option<UpstreamBody>) -> Self {
        Self {
            chain,
            upstream,
            ended: false,
        }
    }

    pub(super) fn is_end(&self) -> bool {
        self.ended
    }

    pub(super) fn poll_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let chain = &mut *self.chain.borrow_mut();
        loop {
            if let Some(piece) = chain.take(Side::Response) {
                let frame = frame(piece);
                self.ended = frame.is_none();
                return Poll::Ready(frame);
            }
            chain.advance(context);
            if chain.is_over() {
                self.ended = true;
                return Poll::Ready(Some(Err(BodyError::Ended)));
            }
            if chain.has_piece(Side::Response) {
                continue;
            }
            chain.wait(Side::Response, context);
            let Some(upstream) = &mut self.upstream else {
                return Poll::Pending;
            };
            if !chain.wants(Side::Response) {
                return Poll::Pending;
            }
            match Pin::new(&mut *upstream).poll_frame(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Err(_))) => {
                    self.ended = true;
                    return Poll::Ready(Some(Err(BodyError::Broken)));
                }
                Poll::Ready(Some(Ok(frame))) => {
                    chain.feed(Side::Response, frame, upstream.is_end_stream());
                }
                Poll::Ready(None) => chain.feed_end(Side::Response),
            }
        }
    }
}
