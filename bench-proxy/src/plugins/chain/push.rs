//! A piece of a message goes into a filter, and through it into the next.

use bytes::Bytes;
use host_core::abi::Action;
use host_core::{ContextId, FailPolicy, LocalResponse, Stream, Vm};
use hyper::body::Frame;

use super::piece::Item;
use super::{Chain, Over, Piece, Side};
use crate::plugins::Entry;
use crate::upstream::BodyError;

/// What a call left behind.
pub(super) struct Left {
    pub(super) action: Action,
    pub(super) answer: Option<Box<LocalResponse>>,
    pub(super) closed: bool,
    /// Bytes that the filter holds.
    pub(super) held: usize,
}

impl Left {
    /// Reads it off the stream.
    pub(super) fn of(stream: &mut Stream, side: Side, action: Action) -> Self {
        Self {
            action,
            answer: stream.local_response.take(),
            closed: stream.request.closed || stream.response.closed,
            held: side.of(stream).body.len(),
        }
    }

    fn goes_on(&self) -> bool {
        self.action == Action::Continue && self.answer.is_none() && !self.closed
    }
}

impl Chain {
    /// Sends the header that is in `carry` into the first filter; `end` when that is all.
    pub(crate) fn begin(&mut self, side: Side, end: bool) {
        self.sinks[side as usize].fed = end;
        self.push(side, 0, Item::Headers { end });
    }

    /// Sends a frame of the body into the first filter.
    pub(crate) fn feed(&mut self, side: Side, frame: Frame<Bytes>, end: bool) {
        match frame.into_data() {
            Ok(bytes) => {
                self.sinks[side as usize].fed |= end;
                self.push(side, 0, Item::Data { bytes, end });
            }
            Err(frame) => {
                let Ok(trailers) = frame.into_trailers() else {
                    return;
                };
                self.sinks[side as usize].fed = true;
                if crate::http::from_trailers(&trailers, &mut self.parts.carry).is_err() {
                    self.over = Some(Over::Refused(BodyError::TooLarge));
                    return;
                }
                self.push(side, 0, Item::Trailers);
            }
        }
    }

    /// Tells the first filter that nothing follows.
    pub(crate) fn feed_end(&mut self, side: Side) {
        if std::mem::replace(&mut self.sinks[side as usize].fed, true) {
            return;
        }
        let bytes = Bytes::new();
        self.push(side, 0, Item::Data { bytes, end: true });
    }

    /// Whether the first filters can take more of the body: nothing can once one holds the
    /// half that does not look at bodies.
    pub(crate) fn wants(&self, side: Side) -> bool {
        if self.sinks[side as usize].fed || self.over.is_some() {
            return false;
        }
        let held = (0..self.parts.links.len())
            .map(|position| &self.parts.links[self.link_at(side, position)])
            .find(|link| link.binding.is_some() && link.progress[side as usize].held);
        held.is_none_or(|link| link.reads(side))
    }

    /// Sends a piece into the filter at `position`.
    pub(super) fn push(&mut self, side: Side, position: usize, item: Item) {
        if self.over.is_some() || (self.answered && side == Side::Request) {
            return;
        }
        if position == self.parts.links.len() {
            self.arrive(side, item);
            return;
        }
        let index = self.link_at(side, position);
        if self.parts.links[index].binding.is_none() {
            self.push(side, position + 1, item);
            return;
        }
        match item {
            Item::Headers { end } => self.push_headers(side, position, index, end),
            Item::Data { bytes, end } => self.push_data(side, position, index, bytes, end),
            Item::Trailers => self.push_trailers(side, position, index),
        }
    }

    /// Takes a piece that has left the last filter.
    fn arrive(&mut self, side: Side, item: Item) {
        let sink = &mut self.sinks[side as usize];
        match item {
            Item::Headers { end } => {
                std::mem::swap(
                    &mut self.parts.carry,
                    &mut self.parts.headers[side as usize],
                );
                sink.ready = true;
                sink.ended = end;
            }
            Item::Data { bytes, end } => {
                if !bytes.is_empty() {
                    sink.pieces.push_back(Piece::Data(bytes));
                }
                sink.ended |= end;
            }
            Item::Trailers => {
                if !self.parts.carry.is_empty() {
                    let trailers = std::mem::take(&mut self.parts.carry);
                    sink.pieces.push_back(Piece::Trailers(Box::new(trailers)));
                }
                sink.ended = true;
            }
        }
    }

    fn push_headers(&mut self, side: Side, position: usize, index: usize, end: bool) {
        let link = &mut self.parts.links[index];
        let unseen = self.unseen[side as usize];
        let sees = link.sees_headers(side);
        let progress = &mut link.progress[side as usize];
        progress.headers_end = end;
        progress.end = end;
        if unseen > 0 && !sees {
            // Neither called nor able to look: nothing of this header is the filter's.
            self.push(side, position + 1, Item::Headers { end });
            return;
        }
        progress.begun = true;
        // A stream that may go on without this filter still needs what it came with.
        let keep = link.seat.shared.policy == FailPolicy::Open;
        // What the last filter leaves as it came to the first need not be carried on.
        let last = position + 1 == self.parts.links.len();
        let mut changed = self.changed[side as usize];
        let mut carry = std::mem::take(&mut self.parts.carry);
        let left = self.call(index, |vm, id| {
            let half = side.of(stream_of(vm, id)?);
            if keep {
                half.headers.copy_from(&carry);
            } else {
                std::mem::swap(&mut half.headers, &mut carry);
            }
            half.unseen = unseen;
            half.headers.mark();
            let action = match side {
                Side::Request => vm.on_request_headers(id, end)?,
                Side::Response => vm.on_response_headers(id, end)?,
            };
            let stream = stream_of(vm, id)?;
            let left = Left::of(stream, side, action);
            let headers = &side.of(stream).headers;
            changed |= headers.is_edited();
            if left.goes_on() && (changed || !last) {
                match unseen > 0 && last {
                    // Nobody can look at them again.
                    true => std::mem::swap(&mut carry, &mut side.of(stream).headers),
                    false => carry.copy_from(headers),
                }
            }
            Ok(left)
        });
        self.parts.carry = carry;
        self.changed[side as usize] = changed;
        let Ok(left) = left else {
            if self.failed(index) {
                self.push(side, position + 1, Item::Headers { end });
            }
            return;
        };
        if !self.settle(index, &mut { left }, side, true) {
            return;
        }
        self.push(side, position + 1, Item::Headers { end });
    }

    fn push_data(&mut self, side: Side, position: usize, index: usize, bytes: Bytes, end: bool) {
        let link = &mut self.parts.links[index];
        let reads = link.reads(side);
        let progress = &mut link.progress[side as usize];
        progress.end |= end;
        if !reads {
            if !progress.held {
                self.push(side, position + 1, Item::Data { bytes, end });
                return;
            }
            // Held until the filter lets its header go.
            let kept = self.call(index, |vm, id| {
                side.of(stream_of(vm, id)?).body.extend(&bytes);
                Ok(())
            });
            if kept.is_err() && self.failed(index) {
                self.recover(side, position, index);
            }
            return;
        }
        let held = progress.held;
        let mut untouched = false;
        let left = self.call(index, |vm, id| {
            let action = match side {
                Side::Request => vm.on_request_body(id, &bytes, end)?,
                Side::Response => vm.on_response_body(id, &bytes, end)?,
            };
            let stream = stream_of(vm, id)?;
            let left = Left::of(stream, side, action);
            let half = side.of(stream);
            untouched = !held
                && left.goes_on()
                && half.trailers.is_empty()
                && half.body.as_slice() == &*bytes;
            if untouched {
                half.body.clear();
            }
            Ok(left)
        });
        if untouched && left.is_ok() {
            // As it came, without a copy; the usual case.
            if end || !bytes.is_empty() {
                self.push(side, position + 1, Item::Data { bytes, end });
            }
            return;
        }
        let Ok(mut left) = left else {
            if self.failed(index) {
                self.recover(side, position, index);
            }
            return;
        };
        if self.settle(index, &mut left, side, false) {
            self.release(side, position, index);
        }
    }

    fn push_trailers(&mut self, side: Side, position: usize, index: usize) {
        let link = &mut self.parts.links[index];
        let sees = link.sees_trailers(side);
        let progress = &mut link.progress[side as usize];
        progress.trailers = true;
        if !sees && !progress.held {
            self.push(side, position + 1, Item::Trailers);
            return;
        }
        let mut carry = std::mem::take(&mut self.parts.carry);
        let left = self.call(index, |vm, id| {
            let half = side.of(stream_of(vm, id)?);
            half.trailers.copy_from(&carry);
            let action = match side {
                _ if !sees => Action::Pause,
                Side::Request => vm.on_request_trailers(id)?,
                Side::Response => vm.on_response_trailers(id)?,
            };
            Ok(Left::of(stream_of(vm, id)?, side, action))
        });
        carry.clear();
        self.parts.carry = carry;
        let Ok(mut left) = left else {
            if self.failed(index) {
                self.recover(side, position, index);
            }
            return;
        };
        if self.settle(index, &mut left, side, false) {
            self.release(side, position, index);
        }
    }

    /// Takes note of what a call left; answers whether the half goes on.
    pub(super) fn settle(
        &mut self,
        index: usize,
        left: &mut Left,
        side: Side,
        headers: bool,
    ) -> bool {
        if let Some(answer) = left.answer.take() {
            self.worker.stats.local_responses.count();
            self.answer_with(index, answer);
            return false;
        }
        if left.closed {
            self.over = Some(Over::Closed);
            return false;
        }
        if left.action == Action::Continue {
            return true;
        }
        if left.held > self.limit {
            self.over = Some(Over::Refused(match side {
                Side::Request => BodyError::TooLarge,
                Side::Response => BodyError::Ended,
            }));
            return false;
        }
        let progress = &mut self.parts.links[index].progress[side as usize];
        progress.holds_headers |= headers;
        if !progress.held {
            progress.held = true;
            self.holding += 1;
        }
        false
    }

    /// Calls into a link's VM; a stream whose VM another one has ended moves to a new VM
    /// first.
    pub(super) fn call<R>(
        &mut self,
        index: usize,
        mut work: impl FnMut(&mut Vm, ContextId) -> Result<R, host_core::Trap>,
    ) -> Result<R, Entry> {
        loop {
            let link = &mut self.parts.links[index];
            let (Some(binding), id) = (&mut link.binding, link.id) else {
                return Err(Entry::Gone);
            };
            match link.seat.enter(binding, id, |vm| work(vm, id)) {
                Err(Entry::Gone) if self.replay(index) => {}
                outcome => return outcome,
            }
        }
    }
}

/// The stream, which is there whenever a call into its VM begins.
pub(super) fn stream_of(vm: &mut Vm, id: ContextId) -> Result<&mut Stream, host_core::Trap> {
    vm.stream_mut(id)
        .ok_or_else(|| host_core::Trap::new(host_core::TrapKind::Other, "the stream is gone"))
}
