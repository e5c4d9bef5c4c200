//! The end of streams.

use super::Vm;
use crate::Trap;
use crate::abi::Callback;
use crate::context::{ContextId, Stream};

impl Vm {
    /// Ends a stream: `proxy_on_done` and, unless the guest delays it, `proxy_on_log` and
    /// `proxy_on_delete`. `None` when the guest delays: the stream then comes out of
    /// [`Vm::take_finished`].
    ///
    /// # Errors
    /// The trap; the stream is still in the VM, see [`Vm::take_stream`].
    pub fn finish(&mut self, id: ContextId) -> Result<Option<Box<Stream>>, Trap> {
        if self.watched {
            return self.finish_timed(id);
        }
        self.contained(|instance| instance.end_stream(id))
    }

    /// [`Vm::finish`] callback by callback, each of which is timed.
    fn finish_timed(&mut self, id: ContextId) -> Result<Option<Box<Stream>>, Trap> {
        if !self.instance.host_mut().await_done(id) {
            return Ok(None);
        }
        let delayed = self.invoke(Callback::Done, &[id, 0, 0, 0, 0])? == Some(0);
        if delayed && !self.instance.host().is_finished(id) {
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
        self.instance.host_mut().take_stream(id)
    }

    /// Takes every stream out without telling the guest: after a trap, what a proxy needs to
    /// go on with the streams that only shared the VM.
    pub fn take_streams(&mut self) -> Vec<(ContextId, Box<Stream>)> {
        let ids: Vec<_> = self.host().contexts.streams().collect();
        ids.into_iter()
            .filter_map(|id| Some((id, self.take_stream(id)?)))
            .collect()
    }

    /// Shows the streams that the guest continued, closed or answered since this was last
    /// asked, be it in a callback of another stream: embedders wake who waits for them.
    pub fn each_touched(&mut self, mut each: impl FnMut(ContextId, &Stream)) {
        let host = self.instance.host_mut();
        let mut touched = std::mem::take(&mut host.touched);
        for id in touched.drain(..) {
            if let Some(stream) = host.stream_mut(id) {
                each(id, stream);
            }
        }
        // Its room is used again.
        host.touched = touched;
    }

    /// Whether [`Vm::each_touched`] has something, or [`Vm::take_finished`].
    #[inline]
    pub fn is_stirred(&self) -> bool {
        let host = self.host();
        !host.touched.is_empty() || !host.finished.is_empty()
    }

    #[inline]
    fn close(&mut self, id: ContextId) -> Result<Box<Stream>, Trap> {
        self.invoke(Callback::Log, &[id, 0, 0, 0, 0])?;
        self.invoke(Callback::Delete, &[id, 0, 0, 0, 0])?;
        Ok(self.take_stream(id).unwrap_or_default())
    }
}
