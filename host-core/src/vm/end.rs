//! The end of streams.

use super::Vm;
use crate::Trap;
use crate::abi::Callback;
use crate::context::{Context, ContextId, DoneState, HeadersState, Stream};
use crate::services::{Callout, CalloutKind, CalloutOrigin};

impl Vm {
    /// Ends a stream: `proxy_on_done` and, unless the guest delays it, `proxy_on_log` and
    /// `proxy_on_delete`. `None` when the guest delays: the stream then comes out of
    /// [`Vm::take_finished`].
    ///
    /// # Errors
    /// The trap; the stream is still in the VM, see [`Vm::take_stream`].
    pub fn finish(&mut self, id: ContextId) -> Result<Option<Box<Stream>>, Trap> {
        match self.instance.host_mut().contexts.get_mut(id) {
            Some(Context::Stream { stream, done, .. }) => {
                *done = DoneState::Awaited;
                for half in [&mut stream.request, &mut stream.response] {
                    for state in [&mut half.headers_state, &mut half.trailers_state] {
                        if *state == HeadersState::Held {
                            *state = HeadersState::Sent;
                        }
                    }
                    half.body_held = false;
                }
            }
            _ => return Ok(None),
        }
        let delayed = self.invoke(Callback::Done, id, &[id, 0, 0, 0, 0])? == Some(0);
        let host = self.instance.host_mut();
        if !delayed {
            // A guest that said both "yes" and `proxy_done` ends once.
            if !host.finished.is_empty() {
                host.finished.retain(|finished| *finished != id);
            }
            return self.close(id).map(Some);
        }
        if host.finished.contains(&id) {
            host.finished.retain(|finished| *finished != id);
            return self.close(id).map(Some);
        }
        Ok(None)
    }

    /// Ends the streams whose guest delayed their end and has now called `proxy_done`.
    ///
    /// # Errors
    /// The trap.
    pub fn take_finished(&mut self) -> Result<Vec<(ContextId, Box<Stream>)>, Trap> {
        let finished = std::mem::take(&mut self.instance.host_mut().finished);
        finished
            .into_iter()
            .map(|id| Ok((id, self.close(id)?)))
            .collect()
    }

    /// Takes a stream out without telling the guest, after a trap. Its callouts are
    /// cancelled.
    pub fn take_stream(&mut self, id: ContextId) -> Option<Box<Stream>> {
        self.cancel_callouts(id);
        let host = self.instance.host_mut();
        match host.contexts.get(id) {
            Some(Context::Stream { .. }) => match host.contexts.remove(id) {
                Some(Context::Stream { stream, .. }) => Some(stream),
                _ => None,
            },
            _ => None,
        }
    }

    fn close(&mut self, id: ContextId) -> Result<Box<Stream>, Trap> {
        self.invoke(Callback::Log, id, &[id, 0, 0, 0, 0])?;
        self.invoke(Callback::Delete, id, &[id, 0, 0, 0, 0])?;
        Ok(self.take_stream(id).unwrap_or_default())
    }

    fn cancel_callouts(&mut self, id: ContextId) {
        let host = self.instance.host_mut();
        for call in host.calls.remove_of(id) {
            let origin = CalloutOrigin {
                vm: host.vm_number,
                call,
            };
            // The callout is forgotten here whatever the embedder says to it.
            let _ = host.services.callout(
                origin,
                Callout {
                    upstream: b"",
                    kind: CalloutKind::Cancel,
                },
            );
        }
    }
}
