//! What a filter held goes on.

use bytes::Bytes;
use host_core::http::HeaderMap as Fields;
use host_core::{FailPolicy, Half, HeadersState, LocalResponse};

use super::link::Progress;
use super::piece::Item;
use super::push::stream_of;
use super::{Chain, Over, Side};

/// What a filter held of one half.
struct Released {
    body: Bytes,
    trailers: Option<Fields>,
}

impl Released {
    /// Takes it out of the half; the header goes into `carry`.
    fn of(half: &mut Half, progress: Progress, carry: &mut Fields) -> Self {
        if progress.holds_headers {
            carry.copy_from(&half.headers);
        }
        let added = half.trailers_state != HeadersState::Absent && !half.trailers.is_empty();
        Self {
            body: half.body.take().into(),
            trailers: (progress.trailers || (progress.end && added)).then(|| half.trailers.clone()),
        }
    }
}

impl Chain {
    /// Sends on what the filter at `position` held.
    pub(super) fn release(&mut self, side: Side, position: usize, index: usize) {
        let progress = self.parts.links[index].progress[side as usize];
        let mut carry = std::mem::take(&mut self.parts.carry);
        let released = self.call(index, |vm, id| {
            let half = side.of(stream_of(vm, id)?);
            Ok(Released::of(half, progress, &mut carry))
        });
        self.parts.carry = carry;
        match released {
            Ok(released) => self.send_on(side, position, index, released),
            Err(_) => {
                if self.failed(index) {
                    self.recover(side, position, index);
                }
            }
        }
    }

    /// Sends on what a filter held that has failed and may be left out.
    pub(super) fn recover(&mut self, side: Side, position: usize, index: usize) {
        let progress = self.parts.links[index].progress[side as usize];
        let Some(mut stream) = self.parts.links[index].orphan.take() else {
            return;
        };
        let mut carry = std::mem::take(&mut self.parts.carry);
        let released = Released::of(side.of(&mut stream), progress, &mut carry);
        self.parts.carry = carry;
        self.send_on(side, position, index, released);
    }

    fn send_on(&mut self, side: Side, position: usize, index: usize, released: Released) {
        let progress = &mut self.parts.links[index].progress[side as usize];
        let was = *progress;
        progress.holds_headers = false;
        if std::mem::take(&mut progress.held) {
            self.holding -= 1;
        }
        let next = position + 1;
        let has_trailers = released.trailers.is_some();
        let has_body = !released.body.is_empty();
        if was.holds_headers {
            self.changed[side as usize] = true;
            let end = was.end && !has_body && !has_trailers;
            self.push(side, next, Item::Headers { end });
            if end {
                return;
            }
        }
        if has_body || (was.end && !has_trailers && !was.headers_end) {
            let bytes = released.body;
            let end = was.end && !has_trailers;
            self.push(side, next, Item::Data { bytes, end });
        }
        if let Some(trailers) = released.trailers {
            self.parts.carry = trailers;
            self.push(side, next, Item::Trailers);
        }
    }

    /// Applies the plugin's policy to a stream whose filter failed; answers whether the stream
    /// goes on without it.
    pub(super) fn failed(&mut self, index: usize) -> bool {
        let link = &mut self.parts.links[index];
        let shared = link.seat.shared.clone();
        if let Some(binding) = link.binding.take() {
            link.orphan = shared.orphan(binding.vm(), link.id);
        }
        for progress in &link.progress {
            self.holding -= usize::from(progress.held);
        }
        for progress in &mut link.progress {
            progress.held = false;
        }
        if shared.policy == FailPolicy::Open {
            self.worker.stats.failed_open.count();
            return true;
        }
        self.worker.stats.failed_closed.count();
        self.answer_with(
            index,
            Box::new(LocalResponse {
                status: 503,
                details: b"filter_failed".to_vec(),
                headers: Fields::new(),
                body: b"a filter failed\n".to_vec(),
                grpc_status: None,
            }),
        );
        false
    }

    /// Ends the stream with an answer of the filter's own.
    pub(super) fn answer_with(&mut self, index: usize, answer: Box<LocalResponse>) {
        if self.sinks[Side::Response as usize].ready {
            // The client has its header already.
            self.over = Some(Over::Closed);
            return;
        }
        self.answer = Some(answer);
        self.over = Some(Over::Answered {
            position: self.parts.links.len() - index,
        });
    }
}
