//! One VM.

use std::time::Duration;

use host_core::abi::{Callback, CallbackSet};
use host_core::{Allowance, Host, Instance, Trap, TrapKind, contain};
use wasmer::{Extern, FunctionEnv, RuntimeError, Store, TypedFunction};

use crate::exports::Exports;
use crate::guest::{VmOwner, VmState};
use crate::module::WasmerModule;
use crate::points::Points;
use crate::store::OwnedStore;
use crate::trap::{panicked, trap};

pub(crate) struct WasmerInstance {
    store: OwnedStore,
    exports: Exports,
    callbacks: CallbackSet,
    start: Option<TypedFunction<(), ()>>,
    /// Present with a deadline.
    points: Option<(Points, Allowance)>,
}

impl WasmerInstance {
    pub(crate) fn new(module: &WasmerModule, host: Host) -> Result<Self, String> {
        let facts = &module.facts;
        let mut store = Store::new(module.engine.clone());
        let state = VmState {
            host,
            memory: None,
            allocator: None,
        };
        let env = FunctionEnv::new(&mut store, VmOwner::new(state));
        let imports: Vec<Extern> = module
            .makers
            .iter()
            .map(|make| make(&mut store, &env))
            .collect();
        let instance =
            wasmer::Instance::new_by_index(&mut store, &module.module, &imports).map_err(text)?;
        let exported = &instance.exports;
        let memory = exported.get_memory("memory").ok().cloned();
        let allocator = match facts.allocator {
            Some(name) => Some(exported.get_typed_function(&store, name).map_err(text)?),
            None => None,
        };
        let start = match facts.start {
            Some(name) => Some(exported.get_typed_function(&store, name).map_err(text)?),
            None => None,
        };
        let points = match module.allowance {
            None => None,
            Some(allowance) => {
                let points = Points::of_instance(&instance).map_err(text)?;
                Some((points, allowance))
            }
        };
        let exports = Exports::resolve(&instance, &mut store, facts.callbacks, facts.version)
            .map_err(text)?;
        let mut store = OwnedStore::new(store, &env);
        let state = store.state_mut();
        state.memory = memory;
        state.allocator = allocator;
        Ok(Self {
            store,
            exports,
            callbacks: facts.callbacks,
            start,
            points,
        })
    }

    /// Gives the guest its time from now.
    #[inline]
    fn arm(&mut self) -> Result<(), Trap> {
        match &self.points {
            None => Ok(()),
            Some((points, allowance)) => points
                .refill(&mut self.store.store, allowance.units())
                .map_err(|error| trap(&error, false)),
        }
    }

    #[cold]
    fn end(&mut self, error: &RuntimeError) -> Trap {
        let ran_out = self
            .points
            .as_ref()
            .is_some_and(|(points, _)| points.ran_out(&mut self.store.store));
        trap(error, ran_out)
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl Instance for WasmerInstance {
    fn host(&self) -> &Host {
        &self.store.state().host
    }

    fn host_mut(&mut self) -> &mut Host {
        &mut self.store.state_mut().host
    }

    fn callbacks(&self) -> CallbackSet {
        self.callbacks
    }

    fn start(&mut self) -> Result<(), Trap> {
        let Some(start) = self.start.take() else {
            return Ok(());
        };
        self.arm()?;
        let ended = contain(|| start.call(&mut self.store.store)).map_err(panicked)?;
        match ended.map_err(|error| self.end(&error)) {
            Err(exit) if exit.kind() == TrapKind::Exit(0) => Ok(()),
            ended => ended,
        }
    }

    #[inline]
    fn call(&mut self, callback: Callback, arguments: &[u32; 5]) -> Result<u32, Trap> {
        self.host_mut().enter(callback, arguments);
        self.arm()?;
        let Self { store, exports, .. } = self;
        match exports.call(&mut store.store, callback, arguments) {
            Ok(result) => Ok(result),
            Err(error) => Err(self.end(&error)),
        }
    }

    fn allow(&mut self, time: Option<Duration>) {
        if let Some((_, allowance)) = &mut self.points {
            allowance.limit(time);
        }
    }

    fn memory_bytes(&self) -> u64 {
        let memory = &self.store.state().memory;
        memory
            .as_ref()
            .map_or(0, |memory| memory.view(&self.store.store).data_size())
    }
}
