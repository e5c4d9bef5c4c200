//! A stream whose VM was ended by another one goes on in a new VM: a trap must cost nobody but
//! the stream that caused it. The new context knows nothing of the stream, so it is shown what
//! the old one had seen of headers; what it makes of that is dropped, because it was done
//! already, unless the old one still held the message.

use host_core::{ContextId, Half, Stream, Trap, Vm};

use super::push::stream_of;
use super::{Chain, Side};
use crate::plugins::Entry;

impl Chain {
    /// Moves a link's stream to a new VM; false when there is no stream or no VM.
    #[cold]
    pub(super) fn replay(&mut self, index: usize) -> bool {
        let link = &mut self.parts.links[index];
        let shared = link.seat.shared.clone();
        let Some(old) = link.binding.take() else {
            return false;
        };
        let Some(stream) = shared.orphan(old.vm(), link.id) else {
            return false;
        };
        drop(old);
        if !self.enter_stream(index) {
            // What it held is still wanted where the stream may go on without the filter.
            self.parts.links[index].orphan = Some(stream);
            return false;
        }
        self.worker.stats.moved.count();
        let progress = self.parts.links[index].progress;
        let link = &mut self.parts.links[index];
        let Some(binding) = &mut link.binding else {
            return false;
        };
        let id = link.id;
        let outcome = link.seat.enter(binding, id, |vm| {
            let fresh = stream_of(vm, id)?;
            let embedder = fresh.embedder.take();
            *fresh = (*stream).clone();
            fresh.embedder = embedder;
            for side in Side::BOTH {
                let progress = progress[side as usize];
                if progress.begun {
                    show(vm, id, side, progress.headers_end, progress.holds_headers)?;
                }
            }
            Ok(())
        });
        // Where this VM ended, too, there is another one to try.
        outcome != Err(Entry::Trapped)
    }
}

/// Shows a new context the headers of one half.
fn show(vm: &mut Vm, id: ContextId, side: Side, end: bool, in_earnest: bool) -> Result<(), Trap> {
    let before: Half = side.of(stream_of(vm, id)?).clone();
    let answer = stream_of(vm, id)?.local_response.take();
    match side {
        Side::Request => vm.on_request_headers(id, end)?,
        Side::Response => vm.on_response_headers(id, end)?,
    };
    let stream: &mut Stream = stream_of(vm, id)?;
    if in_earnest {
        // Who waits for the filter asks whether it continued; a plain answer says the same.
        let half = side.of(stream);
        half.continued |= !half.paused;
        return Ok(());
    }
    stream.local_response = answer;
    *side.of(stream) = before;
    Ok(())
}
