//! One stream's way through its filters.

mod drive;
mod ending;
mod events;
mod link;
mod local;
mod open;
mod piece;
mod push;
mod release;
mod replay;

pub(crate) use ending::Ending;
pub(crate) use piece::{Piece, Side};

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Waker};

use bytes::Bytes;
use host_core::FieldUse;
use host_core::LocalResponse;
use host_core::http::HeaderMap as Fields;

use super::{RouteNames, StreamInfo};
use crate::upstream::BodyError;
use crate::worker::Worker;
use open::Parts;
use piece::Sink;

/// A chain that the request's body, the response's body and who answers all hold.
pub(crate) type ChainRef = Rc<RefCell<Chain>>;

/// How filters end a stream before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// A filter answers itself, or failed and 503 is the answer: [`Chain::begin_local`].
    Answered {
        /// Where the answer enters the filters of the response.
        position: usize,
    },
    /// The stream is reset.
    Closed,
    /// A body is too long for filters to hold.
    Refused(BodyError),
}

/// One stream's way through its filters.
pub(crate) struct Chain {
    worker: Rc<Worker>,
    /// `None` when no filter can ask for it and nothing but this stream moves it on.
    info: Option<Arc<StreamInfo>>,
    /// Whether nothing but the filters' calls for this stream, made while it is handled, can
    /// move it on.
    alone: bool,
    parts: Parts,
    sinks: [Sink; 2],
    /// What the filters can do with fields, the most of any.
    field_use: FieldUse,
    /// Fields of either side that no filter can look at and that are therefore not here.
    unseen: [u32; 2],
    /// Whether a filter may have changed the header of either side.
    changed: [bool; 2],
    /// Halves that some filter holds.
    holding: usize,
    over: Option<Over>,
    answer: Option<Box<LocalResponse>>,
    /// Whether the request does not matter any more.
    answered: bool,
    finished: bool,
    direct: Option<Bytes>,
    /// Bytes that a filter may hold back.
    limit: usize,
    handler: Option<Waker>,
    /// Who sends the bodies on.
    senders: [Option<Waker>; 2],
}

impl Chain {
    /// Where the fields of the next message are to be put; `None` when no filter can look at
    /// them, which [`Chain::keep_out`] then is to count.
    pub(crate) fn carry(&mut self) -> Option<&mut Fields> {
        (self.field_use == FieldUse::Whole).then_some(&mut self.parts.carry)
    }

    /// Begins a message whose fields no filter sees. How many there are is `count`, which is
    /// asked only if a filter is told.
    pub(crate) fn keep_out(&mut self, side: Side, count: impl FnOnce() -> usize) {
        self.parts.carry.clear();
        let told = self.parts.links.iter().any(|link| link.sees_headers(side));
        let count = if told { count() } else { 1 };
        self.unseen[side as usize] = u32::try_from(count).unwrap_or(u32::MAX);
    }

    /// Whether [`Chain::changed`] holds only what filters added.
    pub(crate) fn has_unseen(&self, side: Side) -> bool {
        self.unseen[side as usize] > 0
    }

    /// The fields that left the last filter, unless they are those that entered the first.
    pub(crate) fn changed(&self, side: Side) -> Option<&Fields> {
        self.changed[side as usize].then(|| &self.parts.headers[side as usize])
    }

    /// Whether the header has left the last filter.
    pub(crate) fn is_ready(&self, side: Side) -> bool {
        self.sinks[side as usize].ready
    }

    /// Whether the header has left the last filter of a stream that goes on, and no filter
    /// cares for what follows.
    pub(crate) fn is_through(&self, side: Side) -> bool {
        self.is_ready(side) && self.over.is_none() && !self.edits(side)
    }

    /// The next piece of the body that left the last filter.
    pub(crate) fn take(&mut self, side: Side) -> Option<Piece> {
        self.sinks[side as usize].take()
    }

    /// Whether [`Chain::take`] has something.
    pub(crate) fn has_piece(&self, side: Side) -> bool {
        self.sinks[side as usize].has_piece()
    }

    /// The whole body, when it has left the last filter already, without trailers.
    pub(crate) fn take_whole(&mut self, side: Side) -> Option<Bytes> {
        self.sinks[side as usize].take_whole()
    }

    /// Whether a filter may change the body or the trailers.
    pub(crate) fn edits(&self, side: Side) -> bool {
        self.parts.links.iter().any(|link| link.edits(side))
    }

    /// Whether the stream has ended before its time.
    pub(crate) fn is_over(&self) -> bool {
        self.over.is_some()
    }

    /// How the stream has ended before its time.
    pub(crate) fn take_over(&mut self) -> Option<Over> {
        match self.over {
            // A stream that is closed stays so.
            Some(Over::Closed) | None => self.over,
            Some(_) => self.over.take(),
        }
    }

    /// Has who sends a body on woken when there is more of it.
    pub(crate) fn wait(&mut self, side: Side, context: &Context<'_>) {
        let sender = &mut self.senders[side as usize];
        match sender {
            Some(waker) => waker.clone_from(context.waker()),
            None => *sender = Some(context.waker().clone()),
        }
    }

    /// Wakes who answers the request and who sends bodies on.
    pub(crate) fn wake_all(&mut self) {
        let [request, response] = &mut self.senders;
        for waker in [&mut self.handler, request, response] {
            if let Some(waker) = waker.take() {
                waker.wake();
            }
        }
    }

    /// Notes the route that was chosen, for properties.
    pub(crate) fn routed(&self, names: &Arc<RouteNames>) {
        if let Some(info) = &self.info {
            info.routed(names);
        }
    }

    /// Notes the endpoint that answered, for properties.
    pub(crate) fn sent_to(&self, endpoint: &Arc<str>) {
        if let Some(info) = &self.info {
            info.sent_to(endpoint);
        }
    }

    /// Keeps the body of a route's own answer until its header has begun.
    pub(crate) fn push_direct(&mut self, body: Bytes) {
        self.direct = (!body.is_empty()).then_some(body);
    }

    /// Whether there is one.
    pub(crate) fn has_direct(&self) -> bool {
        self.direct.is_some()
    }

    /// Takes it.
    pub(crate) fn take_direct(&mut self) -> Option<Bytes> {
        self.direct.take()
    }

    /// The link at a position of a side: requests go from the client, responses to it.
    fn link_at(&self, side: Side, position: usize) -> usize {
        match side {
            Side::Request => position,
            Side::Response => self.parts.links.len() - 1 - position,
        }
    }
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chain")
            .field("links", &self.parts.links.len())
            .field("over", &self.over)
            .finish_non_exhaustive()
    }
}
