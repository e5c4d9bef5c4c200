//! One VM.

use std::ptr::null_mut;
use std::sync::Arc;
use std::time::Duration;

use host_core::abi::{Callback, CallbackSet};
use host_core::{Host, Instance, Trap, TrapKind, contain};

use crate::api::Text;
use crate::exports::{Export, Exports};
use crate::guest::bytes;
use crate::mode::Mode;
use crate::module::WasmEdgeModule;
use crate::prepared::{Prepared, enter};
use crate::trap::{overflow, trap};
use crate::value::{Outcome, Value};
use crate::watchdog::{Ending, Watched};

pub(crate) struct WasmEdgeInstance {
    /// Taken out only when the instance is dropped.
    prepared: Option<Prepared>,
    exports: Exports,
    watched: Option<Arc<Watched>>,
    /// Calls so far, to tell them apart.
    calls: u64,
    arguments: [Value; 5],
    /// Whether a call was ended from outside: its executor may still mean to stop another.
    spent: bool,
    module: Arc<WasmEdgeModule>,
}

// SAFETY: everything is the instance's own: the executor and its instance, which the library
// lets one thread use at a time, whichever it is; the VM's state (`Host` is `Send`). The
// watchdog's thread only cancels, under its lock.
unsafe impl Send for WasmEdgeInstance {}

impl WasmEdgeInstance {
    pub(crate) fn new(module: &Arc<WasmEdgeModule>, host: Host) -> Result<Self, String> {
        let shared = &module.shared;
        let prepared = match module.take_idle() {
            Some(mut prepared) => {
                prepared.state.get_mut().host = host;
                prepared
            }
            None => Prepared::new(module, host)?,
        };
        let absent = Export {
            function: null_mut(),
            params: 0,
            results: 0,
        };
        let watched = prepared.watched(shared);
        let arguments = [Value::new(0, prepared.state.get().i32); 5];
        let mut instance = Self {
            prepared: Some(prepared),
            exports: Exports {
                callbacks: [absent; Callback::COUNT],
                start: None,
                allocator: null_mut(),
            },
            watched,
            calls: 0,
            arguments,
            spent: false,
            module: Arc::clone(module),
        };
        instance.instantiate()?;
        Ok(instance)
    }

    fn instantiate(&mut self) -> Result<(), String> {
        let module = Arc::clone(&self.module);
        if module.has_start {
            if let Some(watched) = &self.watched {
                watched.set_grace(self.prepared().time_to_compile(&module));
            }
            self.begin();
        }
        let prepared = self.prepared_mut();
        let made = enter(module.shared.mode, || prepared.instantiate(&module))?;
        // A start section may have been ended by the host or from outside, which says more
        // than the library knows.
        let ended = match &made {
            Ok(()) => self.end(Outcome::SUCCESS),
            Err(_) => self.end(Outcome::ENDED),
        };
        if let (Err(reason), Err(trap)) = (made, ended) {
            return Err(match trap.kind() {
                TrapKind::Other => reason,
                _ => trap.message().to_owned(),
            });
        }
        if let Some(watched) = &self.watched {
            watched.set_grace(Duration::ZERO);
        }
        let prepared = self.prepared_mut();
        let (api, instance) = (prepared.api(), prepared.instance());
        // SAFETY: just made of the module with these facts.
        let exports = unsafe { Exports::resolve(api, instance, &module.facts) }?;
        let state = prepared.state.get_mut();
        // SAFETY: alive.
        state.memory = unsafe { (api.ModuleInstanceFindMemory)(instance, Text::new("memory")) };
        state.allocator = exports.allocator;
        self.exports = exports;
        Ok(())
    }

    fn prepared(&self) -> &Prepared {
        self.prepared.as_ref().expect("there until dropped")
    }

    fn prepared_mut(&mut self) -> &mut Prepared {
        self.prepared.as_mut().expect("there until dropped")
    }

    #[inline]
    fn begin(&mut self) {
        if let Some(watched) = &self.watched {
            self.calls += 1;
            watched.begin(self.calls);
        }
    }

    /// How the call that had `outcome` ended.
    #[inline]
    fn end(&mut self, outcome: Outcome) -> Result<(), Trap> {
        if let Some(watched) = &self.watched
            && let Some(ending) = watched.end()
        {
            return Err(self.cancelled(ending));
        }
        match outcome.is_success() {
            true => Ok(()),
            false => Err(self.trapped(outcome)),
        }
    }

    #[cold]
    fn cancelled(&mut self, ending: Ending) -> Trap {
        self.spent = true;
        match ending {
            Ending::Deadline => Trap::new(TrapKind::Deadline, "the deadline has passed"),
            Ending::Stack => overflow(),
        }
    }

    #[cold]
    fn trapped(&mut self, outcome: Outcome) -> Trap {
        #[cfg(target_os = "linux")]
        let overflowed = crate::native_stack::take_overflow();
        #[cfg(not(target_os = "linux"))]
        let overflowed = false;
        let state = self.prepared_mut().state.get_mut();
        // The library never came to put it back.
        match state.ended.take() {
            Some(trap) => trap,
            None if overflowed => overflow(),
            None => trap(state.api, outcome),
        }
    }

    #[inline]
    fn enter(&mut self, export: Export) -> Result<u32, Trap> {
        self.begin();
        let prepared = self.prepared.as_mut().expect("there until dropped");
        let state = prepared.state.get();
        let (api, executor) = (state.api, state.executor);
        let arguments = &self.arguments;
        let mut result = Value::default();
        let outcome = enter(self.module.shared.mode, || {
            // SAFETY: a function of this VM with as many parameters and results as its type
            // has. No reference into the state lives meanwhile; host calls make their own.
            unsafe {
                (api.ExecutorInvoke)(
                    executor,
                    export.function,
                    arguments.as_ptr(),
                    export.params,
                    &mut result,
                    export.results,
                )
            }
        });
        let outcome = outcome.map_err(|reason| Trap::new(TrapKind::Other, reason))?;
        self.end(outcome)?;
        Ok(result.low as u32)
    }
}

impl Instance for WasmEdgeInstance {
    fn host(&self) -> &Host {
        &self.prepared().state.get().host
    }

    fn host_mut(&mut self) -> &mut Host {
        &mut self.prepared_mut().state.get_mut().host
    }

    fn callbacks(&self) -> CallbackSet {
        self.module.facts.callbacks
    }

    fn start(&mut self) -> Result<(), Trap> {
        let Some(start) = self.exports.start.take() else {
            return Ok(());
        };
        let panicked = |panic| Trap::new(TrapKind::Other, panic);
        match contain(|| self.enter(start)).map_err(panicked)? {
            Err(exit) if exit.kind() == TrapKind::Exit(0) => Ok(()),
            ended => ended.map(drop),
        }
    }

    #[inline]
    fn call(&mut self, callback: Callback, arguments: &[u32; 5]) -> Result<u32, Trap> {
        self.host_mut().enter(callback, arguments);
        let export = self.exports.callbacks[callback.index()];
        if export.function.is_null() {
            return Ok(0);
        }
        for (place, argument) in self.arguments.iter_mut().zip(arguments) {
            place.low = (*argument).into();
        }
        self.enter(export)
    }

    fn memory_bytes(&self) -> u64 {
        let state = self.prepared().state.get();
        // SAFETY: the VM's own memory; its guest does not run.
        unsafe { bytes(state.api, state.memory) }.len() as u64
    }
}

impl Drop for WasmEdgeInstance {
    fn drop(&mut self) {
        if let Some(watched) = &self.watched {
            watched.forget();
        }
        if let Some(mut prepared) = self.prepared.take()
            && self.module.shared.mode == Mode::Jit
            && !self.spent
        {
            prepared.vacate(&self.module.facts);
            self.module.put_back(prepared);
        }
    }
}
