//! A request's body on its way from the client.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body as _, Frame, Incoming, SizeHint};

use super::verdict::{BodyError, Verdict};
use crate::http::Carrier;
use crate::timers::Timer;

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

    pub(super) fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    pub(crate) fn is_end(&self) -> bool {
        self.body.is_end_stream()
    }

    pub(crate) fn size(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for IncomingBody {
    fn drop(&mut self) {
        self.verdict.close();
    }
}
