//! The host's part in the life of a stream: its beginning and its end.

use crate::context::{Context, ContextId, DoneState, Half, HeadersState, Stream};
use crate::services::{Callout, CalloutKind, CalloutOrigin};
use crate::{Host, Trap, TrapKind};

impl Host {
    /// Makes a context for `stream`.
    ///
    /// # Errors
    /// The stream, when the VM has no id left.
    #[inline]
    pub(crate) fn add_stream(
        &mut self,
        root: ContextId,
        stream: Box<Stream>,
    ) -> Result<ContextId, (Trap, Box<Stream>)> {
        let context = Context::Stream {
            stream,
            root,
            done: DoneState::Alive,
        };
        self.contexts.insert(context).map_err(too_many)
    }

    /// Takes note that `proxy_on_done` is about to be called for stream `id`: nothing of it
    /// is with the filter any more. False when there is no such stream.
    #[inline]
    pub(crate) fn await_done(&mut self, id: ContextId) -> bool {
        let Some(Context::Stream { stream, done, .. }) = self.contexts.get_mut(id) else {
            return false;
        };
        *done = DoneState::Awaited;
        stream.request.pass_on();
        stream.response.pass_on();
        true
    }

    /// Whether a guest that answered "not yet" has said since, perhaps in the same callback,
    /// that it is done.
    pub(crate) fn is_finished(&self, id: ContextId) -> bool {
        self.finished.contains(&id)
    }

    /// Takes a stream out and cancels its callouts.
    #[inline]
    pub(crate) fn take_stream(&mut self, id: ContextId) -> Option<Box<Stream>> {
        if !self.finished.is_empty() {
            self.finished.retain(|finished| *finished != id);
        }
        if !self.touched.is_empty() {
            self.touched.retain(|touched| *touched != id);
        }
        if self.calls.len() > 0 {
            self.cancel_callouts(id);
        }
        self.contexts.remove_stream(id)
    }

    #[cold]
    fn cancel_callouts(&mut self, id: ContextId) {
        for call in self.calls.remove_of(id) {
            let origin = CalloutOrigin {
                vm: self.vm_number,
                call,
            };
            let cancel = Callout {
                upstream: b"",
                kind: CalloutKind::Cancel,
            };
            // The callout is forgotten here whatever the embedder says to it.
            let _ = self.services.callout(origin, cancel);
        }
    }
}

#[cold]
fn too_many(refused: Context) -> (Trap, Box<Stream>) {
    let message = "the VM has as many contexts as ids can tell apart";
    let stream = match refused {
        Context::Stream { stream, .. } => stream,
        Context::Root(_) => Box::default(),
    };
    (Trap::new(TrapKind::Other, message), stream)
}

impl Half {
    /// What is no longer held has been passed on.
    #[inline]
    pub(crate) fn settle(&mut self) {
        if self.paused {
            return;
        }
        for state in [&mut self.headers_state, &mut self.trailers_state] {
            if *state == HeadersState::Held {
                *state = HeadersState::Sent;
            }
        }
        self.body_held = false;
    }

    /// Nothing is with the filter any more: from now on the guest may only read.
    #[inline]
    fn pass_on(&mut self) {
        self.paused = false;
        self.settle();
    }
}
