//! A request's body on its way through filters.

use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::Frame;

use super::to_http;
use crate::plugins::{ChainRef, Piece, Side};
use crate::upstream::{BodyError, IncomingBody};

/// A request's body on its way through filters.
#[derive(Debug)]
pub(crate) struct FilteredRequest {
    chain: ChainRef,
    incoming: Option<IncomingBody>,
}

impl FilteredRequest {
    pub(super) fn new(chain: ChainRef, incoming: Option<IncomingBody>) -> Self {
        Self { chain, incoming }
    }

    /// What comes from the client.
    pub(crate) fn incoming(&self) -> Option<&IncomingBody> {
        self.incoming.as_ref()
    }

    pub(crate) fn poll_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let chain = &mut *self.chain.borrow_mut();
        loop {
            if let Some(piece) = chain.take(Side::Request) {
                return Poll::Ready(frame(piece));
            }
            chain.advance(context);
            if chain.is_over() {
                chain.wake_all();
                return Poll::Ready(Some(Err(BodyError::Ended)));
            }
            if chain.has_piece(Side::Request) {
                continue;
            }
            chain.wait(Side::Request, context);
            let Some(incoming) = &mut self.incoming else {
                return Poll::Pending;
            };
            if !chain.wants(Side::Request) {
                ready!(incoming.poll_over(context));
                return Poll::Ready(Some(Err(BodyError::Ended)));
            }
            match incoming.poll_next(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(Some(Ok(frame))) => {
                    chain.feed(Side::Request, frame, incoming.is_end());
                }
                Poll::Ready(None) => chain.feed_end(Side::Request),
            }
        }
    }
}

/// A piece of a filtered body as HTTP's; `None` at the end.
pub(super) fn frame(piece: Piece) -> Option<Result<Frame<Bytes>, BodyError>> {
    match piece {
        Piece::Data(bytes) => Some(Ok(Frame::data(bytes))),
        Piece::Trailers(fields) => Some(
            to_http(&fields)
                .map(Frame::trailers)
                .map_err(|_| BodyError::Ended),
        ),
        Piece::End => None,
    }
}
