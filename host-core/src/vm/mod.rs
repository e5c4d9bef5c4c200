//! A VM: one instance of a module with its contexts, driven callback by callback.

mod budget;
mod connection;
mod end;
mod events;
mod http;
mod start;
mod stopwatch;

pub use start::StartError;
pub use stopwatch::{CallbackTime, Stopwatch};

use std::time::Duration;

use crate::abi::{AbiVersion, Action, Callback, CallbackSet};
use crate::context::{Context, ContextId, Stream};
use crate::{Host, Instance, Tape, Trap, TrapKind};

/// One instance of a module with its root and stream contexts.
///
/// Once a call has trapped the VM has ended: every further call answers a trap of kind
/// [`TrapKind::Dead`], and the embedder builds a new one.
pub struct Vm {
    instance: Box<dyn Instance>,
    exported: CallbackSet,
    version: AbiVersion,
    ended: Option<Trap>,
    started: bool,
    stopwatch: Option<Box<Stopwatch>>,
    /// The time that each transaction has in all its callbacks.
    limit: Option<Duration>,
    /// Whether callbacks are timed: there is a stopwatch or a limit.
    watched: bool,
}

impl Vm {
    /// Number of this VM, unique in the process.
    pub fn number(&self) -> u64 {
        self.host().vm_number()
    }

    /// The trap that ended the VM, if it has ended.
    pub fn ended(&self) -> Option<&Trap> {
        self.ended.as_ref()
    }

    /// The callbacks that the module exports.
    pub fn callbacks(&self) -> CallbackSet {
        self.exported
    }

    /// Linear memory now, bytes.
    pub fn memory_bytes(&self) -> u64 {
        self.instance.memory_bytes()
    }

    /// Instructions executed so far, where the engine was asked to count and can.
    pub fn instructions(&self) -> Option<u64> {
        self.instance.instructions()
    }

    /// The host's state.
    pub fn host(&self) -> &Host {
        self.instance.host()
    }

    /// Starts recording host calls, or stops and answers what was recorded.
    pub fn set_tape(&mut self, tape: Option<Box<Tape>>) -> Option<Box<Tape>> {
        self.instance.host_mut().set_tape(tape)
    }

    /// Starts timing callbacks, or stops and answers the times.
    pub fn set_stopwatch(&mut self, stopwatch: Option<Box<Stopwatch>>) -> Option<Box<Stopwatch>> {
        self.watched = stopwatch.is_some() || self.limit.is_some();
        std::mem::replace(&mut self.stopwatch, stopwatch)
    }

    /// The stream with this id.
    pub fn stream(&self, id: ContextId) -> Option<&Stream> {
        match self.host().contexts.get(id)? {
            Context::Stream { stream, .. } => Some(stream),
            Context::Root(_) => None,
        }
    }

    /// The stream with this id.
    pub fn stream_mut(&mut self, id: ContextId) -> Option<&mut Stream> {
        self.instance.host_mut().stream_mut(id)
    }

    /// Calls `callback`; its first argument is the effective context. `None` when the module
    /// does not export it.
    ///
    /// Inlined everywhere, because it stands on the path of every callback and is little
    /// more than the call through the seam.
    #[inline(always)]
    fn invoke(&mut self, callback: Callback, arguments: &[u32; 5]) -> Result<Option<u32>, Trap> {
        if !self.exported.contains(callback) {
            return Ok(None);
        }
        if let Some(trap) = &self.ended {
            return Err(dead(trap));
        }
        let unwound = EndsIfUnwound(&mut self.ended);
        let instance = &mut *self.instance;
        let result = match self.watched {
            false => instance.call(callback, arguments),
            true => {
                let (stopwatch, limit) = (&mut self.stopwatch, self.limit);
                budget::call(instance, stopwatch, limit, callback, arguments)
            }
        };
        std::mem::forget(unwound);
        match result {
            Ok(answer) => Ok(Some(answer)),
            Err(trap) => Err(self.end(trap)),
        }
    }

    /// Does `work` with the instance; a trap or a panic in it ends the VM.
    #[inline(always)]
    fn contained<T>(
        &mut self,
        work: impl FnOnce(&mut dyn Instance) -> Result<T, Trap>,
    ) -> Result<T, Trap> {
        if let Some(trap) = &self.ended {
            return Err(dead(trap));
        }
        let unwound = EndsIfUnwound(&mut self.ended);
        let result = work(&mut *self.instance);
        std::mem::forget(unwound);
        result.map_err(|trap| self.end(trap))
    }

    #[cold]
    fn end(&mut self, trap: Trap) -> Trap {
        // What the guest said last, often why it died, need not end with a newline.
        self.instance.host_mut().flush_lines();
        self.ended = Some(trap.clone());
        trap
    }

    /// [`Vm::invoke`] for callbacks that answer an action; absent ones continue, and so do
    /// answers that are no action.
    #[inline]
    fn invoke_action(&mut self, callback: Callback, arguments: &[u32; 5]) -> Result<Action, Trap> {
        let answer = self.invoke(callback, arguments)?;
        Ok(answer
            .and_then(Action::from_u32)
            .unwrap_or(Action::Continue))
    }
}

/// Ends the VM when an engine's panic unwinds through a call: its state is then unknown.
/// Cheaper on the way of a call that returns than catching the panic there, which the
/// embedder does once for a whole transaction.
struct EndsIfUnwound<'a>(&'a mut Option<Trap>);

impl Drop for EndsIfUnwound<'_> {
    #[cold]
    fn drop(&mut self) {
        *self.0 = Some(Trap::new(TrapKind::Other, "the engine panicked"));
    }
}

#[cold]
fn dead(trap: &Trap) -> Trap {
    Trap::new(TrapKind::Dead, format!("the VM has ended: {trap}"))
}

impl std::fmt::Debug for Vm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vm")
            .field("number", &self.number())
            .field("ended", &self.ended)
            .finish()
    }
}
