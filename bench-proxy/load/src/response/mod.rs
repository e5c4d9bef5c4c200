//! One response of HTTP/1.1 as it comes, in whatever pieces.

mod body;
mod chunks;
mod head;

pub(crate) use chunks::{Chunks, Piece};
pub(crate) use head::{Memo, end_of_head};

use body::{Body, Ending};
use head::Head;

use crate::mix::Shot;

/// Why what came is no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Garbage {
    #[error("the answer is not HTTP/1.1")]
    NotHttp,
    #[error("the answer's header has over {} KiB or {} fields", head::MAX_BYTES >> 10, head::MAX_FIELDS)]
    HeadTooLarge,
    #[error("the answer's length is announced in two ways")]
    TwoLengths,
    #[error("the answer's content-length is no number")]
    BadLength,
    #[error("a chunk of the answer has no valid size")]
    BadChunk,
    #[error("the answer's trailers are too large")]
    TrailersTooLarge,
    #[error("more than {} interim answers", head::MAX_INTERIM)]
    TooManyInterim,
    #[error("the answer switches protocols, which nobody asked for")]
    Switched,
    #[error("bytes came after the answer that nobody asked for")]
    Unasked,
}

/// What became of a piece of input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// All of it was taken, and more is to come.
    More,
    /// The response ended after so many bytes of it.
    Done(usize),
}

/// A response that is coming.
#[derive(Debug, Default)]
pub(crate) struct Response {
    head: Head,
    body: Option<Body>,
    status: u16,
    closes: bool,
    difference: Option<String>,
}

impl Response {
    /// Makes ready for the next response.
    #[inline]
    pub(crate) fn clear(&mut self) {
        self.head.clear();
        self.body = None;
        self.status = 0;
        self.closes = false;
        self.difference = None;
    }

    /// Takes what has come. `memo` is the last good header of an answer to the same shot.
    ///
    /// # Errors
    /// When it is no response.
    pub(crate) fn take(
        &mut self,
        input: &[u8],
        shot: &Shot,
        memo: &mut Option<Memo>,
    ) -> Result<Step, Garbage> {
        let mut at = 0;
        if self.body.is_none() {
            let Some((taken, facts)) = self.head.take(input, shot, memo)? else {
                return Ok(Step::More);
            };
            at = taken;
            self.status = facts.status;
            self.closes = facts.closes;
            self.difference = facts.difference;
            self.body = Some(Body::new(facts.framing));
        }
        let Some(body) = &mut self.body else {
            return Ok(Step::More);
        };
        match body.take(&input[at..], shot.expected.body())? {
            Step::More => Ok(Step::More),
            Step::Done(taken) => {
                self.end(shot);
                Ok(Step::Done(at + taken))
            }
        }
    }

    /// The connection has ended; answers whether the response is whole because of it.
    pub(crate) fn close(&mut self, shot: &Shot) -> bool {
        self.closes = true;
        let whole = self
            .body
            .as_ref()
            .is_some_and(|body| body.ending() == Ending::Close);
        if whole {
            self.end(shot);
        }
        whole
    }

    fn end(&mut self, shot: &Shot) {
        if self.difference.is_none()
            && let Some(body) = &self.body
            && let Some(wanted) = shot.expected.body()
            && !body.is(wanted)
        {
            self.difference = Some(format!(
                "the body has {} bytes, expected {} or others",
                body.length(),
                wanted.len()
            ));
        }
    }

    /// The status; 0 before there is one.
    #[inline]
    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    /// Whether the connection cannot be used again.
    #[inline]
    pub(crate) fn closes(&self) -> bool {
        self.closes
    }

    /// How the whole response differs from what was expected.
    #[inline]
    pub(crate) fn difference(&mut self) -> Option<String> {
        self.difference.take()
    }
}

#[cfg(test)]
mod tests;
