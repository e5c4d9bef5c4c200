//! A response's body in short pieces.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use crate::http::body::OutBody;
use crate::upstream::BodyError;

/// The most that is sent at once, which is what HTTP/2's frames hold by default.
const PIECE: usize = 16 << 10;

/// A response's body in short pieces. hyper takes the next one when the client has made room
/// for all of the last, so a long one would hide that a slow client is taking it.
#[derive(Debug)]
pub(crate) struct Pieces {
    body: OutBody,
    /// What is left of the body's last frame.
    rest: Bytes,
}

impl From<OutBody> for Pieces {
    fn from(body: OutBody) -> Self {
        Self {
            body,
            rest: Bytes::new(),
        }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Self { body, rest } = &mut *self;
        if rest.is_empty() {
            let frame = ready!(Pin::new(&mut *body).poll_frame(context));
            match frame.map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => *rest = data,
                Some(Ok(Err(frame))) => return Poll::Ready(Some(Ok(frame))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        } else {
            body.touch();
        }
        let length = rest.len().min(PIECE);
        Poll::Ready(Some(Ok(Frame::data(rest.split_to(length)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (hint, rest) = (self.body.size_hint(), self.rest.len() as u64);
        let mut whole = SizeHint::new();
        whole.set_lower(hint.lower() + rest);
        if let Some(upper) = hint.upper() {
            whole.set_upper(upper + rest);
        }
        whole
    }
}
