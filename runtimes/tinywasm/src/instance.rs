//! One VM.

use std::sync::{Arc, PoisonError};

use host_core::abi::{Callback, CallbackSet};
use host_core::{Host, Instance, Trap, TrapKind, contain};
use tinywasm::engine::{Config, StackConfig};
use tinywasm::{Engine, Error, Function, Imports, ModuleInstance, Store};

use crate::exports::Exports;
use crate::guest::VmState;
use crate::memory::backend;
use crate::module::TinywasmModule;
use crate::place::Places;
use crate::store::OwnedStore;
use crate::trap::{panicked, trap};

/// Calls deep that a guest may go; tinywasm's own default of 1,024 is too few for recursive
/// parsers in real modules.
const FRAMES: usize = 16 * 1024;

/// Slots that a guest's values may take: 4 MiB for each width, as much as wasmtime's default
/// gives frames.
const STACK_BYTES: usize = 4 << 20;

pub(crate) struct TinywasmInstance {
    store: OwnedStore,
    exports: Exports,
    callbacks: CallbackSet,
    start: Option<Function>,
}

impl TinywasmInstance {
    pub(crate) fn new(module: &TinywasmModule, host: Host) -> Result<Self, Error> {
        let facts = &module.facts;
        let places = Places::default();
        let store = Store::new(engine(module.options.memory_limit, &places));
        let state = VmState {
            host,
            memory: None,
            allocator: None,
        };
        let mut store = OwnedStore::new(store, state);
        let mut imports = Imports::new();
        for (module, name, make) in &module.imports {
            let place = store.place();
            imports.define(module, name, make(&mut store.store, place));
        }
        let instance =
            ModuleInstance::instantiate_no_start(&mut store.store, &module.module, Some(imports))?;
        let places = places.lock().unwrap_or_else(PoisonError::into_inner);
        store.state_mut().memory = module
            .memory
            .and_then(|index| places.get(index).map(Arc::clone));
        drop(places);
        instance.start(&mut store.store)?;
        let find = |name| instance.func_untyped(&store.store, name);
        let allocator = facts.allocator.map(find).transpose()?;
        let start = facts.start.map(find).transpose()?;
        let exports = Exports::resolve(&instance, &store.store, facts.callbacks, facts.version)?;
        store.state_mut().allocator = allocator;
        Ok(Self {
            store,
            exports,
            callbacks: facts.callbacks,
            start,
        })
    }
}

fn engine(memory_limit: u64, places: &Places) -> Engine {
    let slots = |initial: usize, width: usize| StackConfig::dynamic(initial, STACK_BYTES / width);
    let config = Config::new()
        .with_memory_backend(backend(memory_limit, places))
        .with_call_stack(StackConfig::dynamic(256, FRAMES))
        .with_value_stack_32(slots(4096, 4))
        .with_value_stack_64(slots(2048, 8))
        .with_value_stack_128(slots(64, 16));
    Engine::new(config)
}

impl Instance for TinywasmInstance {
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
        let ended = contain(|| start.call(&mut self.store.store, &[])).map_err(panicked)?;
        match ended.map_err(|error| trap(&error)) {
            Err(exit) if exit.kind() == TrapKind::Exit(0) => Ok(()),
            ended => ended.map(drop),
        }
    }

    #[inline]
    fn call(&mut self, callback: Callback, arguments: &[u32; 5]) -> Result<u32, Trap> {
        self.host_mut().enter(callback, arguments);
        let Self { store, exports, .. } = self;
        match exports.call(&mut store.store, callback, arguments) {
            Ok(result) => Ok(result),
            Err(error) => Err(trap(&error)),
        }
    }

    fn memory_bytes(&self) -> u64 {
        let memory = &self.store.state().memory;
        memory.as_ref().map_or(0, |place| place.length() as u64)
    }
}
