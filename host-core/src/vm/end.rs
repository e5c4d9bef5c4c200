//! The end of streams.

use super::Vm;
use crate::abi::Callback;
use crate::context::{Context, ContextId, DoneState, Half, Stream};
use crate::services::{Callout, CalloutKind, CalloutOrigin};
use crate::{Host, Trap};

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
                stream.request.pass_on();
                stream.response.pass_on();
            }
            _ => return Ok(None),
        }
        let delayed = self.invoke(Callback::Done, &[id, 0, 0, 0, 0])? == Some(0);
        // A guest may answer "not yet" and say in the same callback that it is done.
        if delayed && !self.instance.host().finished.contains(&id) {
            return Ok(None);
        }
        self.close(id).map(Some)
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

    /// Ends the VM in good order: each plugin's root context is told by `proxy_on_done` and
    /// `proxy_on_delete`. Streams must have been finished before. A root that asks for more
    /// time does not get it: there is nothing left that it could wait for.
    ///
    /// # Errors
    /// The trap.
    pub fn shut_down(mut self) -> Result<(), Trap> {
        let roots: Vec<_> = self.host().contexts.roots().collect();
        for root in roots {
            self.invoke(Callback::Done, &[root, 0, 0, 0, 0])?;
            self.invoke(Callback::Delete, &[root, 0, 0, 0, 0])?;
        }
        Ok(())
    }

    /// Takes a stream out without telling the guest, after a trap. Its callouts are
    /// cancelled.
    pub fn take_stream(&mut self, id: ContextId) -> Option<Box<Stream>> {
        let host = self.instance.host_mut();
        if !host.finished.is_empty() {
            host.finished.retain(|finished| *finished != id);
        }
        if host.calls.len() > 0 {
            cancel_callouts(host, id);
        }
        host.contexts.remove_stream(id)
    }

    #[inline]
    fn close(&mut self, id: ContextId) -> Result<Box<Stream>, Trap> {
        self.invoke(Callback::Log, &[id, 0, 0, 0, 0])?;
        self.invoke(Callback::Delete, &[id, 0, 0, 0, 0])?;
        Ok(self.take_stream(id).unwrap_or_default())
    }
}

#[cold]
fn cancel_callouts(host: &mut Host, id: ContextId) {
    for call in host.calls.remove_of(id) {
        let origin = CalloutOrigin {
            vm: host.vm_number,
            call,
        };
        let cancel = Callout {
            upstream: b"",
            kind: CalloutKind::Cancel,
        };
        // The callout is forgotten here whatever the embedder says to it.
        let _ = host.services.callout(origin, cancel);
    }
}

impl Half {
    /// Nothing is with the filter any more: from now on the guest may only read.
    fn pass_on(&mut self) {
        self.paused = false;
        self.settle();
    }
}
