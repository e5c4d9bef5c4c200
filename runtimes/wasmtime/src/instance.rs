//! One VM.

use std::sync::Arc;
use std::time::Duration;

use host_core::abi::{Callback, CallbackSet};
use host_core::{Host, Instance, Trap, TrapKind, contain};
use wasmtime::{Store, StoreLimitsBuilder, TypedFunc};

use crate::engine::Shared;
use crate::exports::Exports;
use crate::guest::VmState;
use crate::interrupt::Allowance;
use crate::module::WasmtimeModule;
use crate::trap::{panicked, trap};

/// Table elements that a VM may have: enough for any real module, and a bound on what
/// `table.grow` can take.
const TABLE_ELEMENTS: usize = 1 << 20;

pub(crate) struct WasmtimeInstance {
    store: Store<VmState>,
    exports: Exports,
    callbacks: CallbackSet,
    start: Option<TypedFunc<(), ()>>,
    /// For each call under the deadline alone.
    whole: Allowance,
    /// For each call now.
    allowance: Allowance,
    counts: bool,
    /// Keeps the deadline's ticker going.
    _shared: Arc<Shared>,
}

impl WasmtimeInstance {
    pub(crate) fn new(module: &WasmtimeModule, host: Host) -> Result<Self, String> {
        let allowance = module.shared.allowance()?;
        Self::make(module, host, allowance).map_err(|error| format!("{error:#}"))
    }

    fn make(
        module: &WasmtimeModule,
        host: Host,
        allowance: Allowance,
    ) -> Result<Self, wasmtime::Error> {
        let (facts, options) = (&module.facts, &module.shared.options);
        let limits = StoreLimitsBuilder::new()
            .memory_size(usize::try_from(options.memory_limit).unwrap_or(usize::MAX))
            .table_elements(TABLE_ELEMENTS)
            .build();
        let state = VmState {
            host,
            memory: None,
            allocator: None,
            limits,
        };
        let mut store = Store::new(&module.shared.engine, state);
        store.limiter(|state| &mut state.limits);
        if options.count_instructions {
            store.set_fuel(u64::MAX)?;
        }
        arm(&mut store, allowance);
        let instance = module.linked.instantiate(&mut store)?;
        let memory = instance.get_memory(&mut store, "memory");
        let allocator = match facts.allocator {
            Some(name) => Some(instance.get_typed_func(&mut store, name)?),
            None => None,
        };
        let start = match facts.start {
            Some(name) => Some(instance.get_typed_func(&mut store, name)?),
            None => None,
        };
        let exports = Exports::resolve(instance, &mut store, facts.callbacks, facts.version)?;
        let state = store.data_mut();
        state.memory = memory;
        state.allocator = allocator;
        Ok(Self {
            store,
            exports,
            callbacks: facts.callbacks,
            start,
            whole: allowance,
            allowance,
            counts: options.count_instructions,
            _shared: Arc::clone(&module.shared),
        })
    }
}

/// Gives the guest its time from now.
#[inline]
fn arm(store: &mut Store<VmState>, allowance: Allowance) {
    match allowance {
        Allowance::Unlimited => {}
        Allowance::Ticks(ticks, _) => store.set_epoch_deadline(ticks),
        // Refused only where the engine does not count, and there is no such allowance there.
        Allowance::Fuel(units, _) => drop(store.set_fuel(units)),
    }
}

impl Instance for WasmtimeInstance {
    fn host(&self) -> &Host {
        &self.store.data().host
    }

    fn host_mut(&mut self) -> &mut Host {
        &mut self.store.data_mut().host
    }

    fn callbacks(&self) -> CallbackSet {
        self.callbacks
    }

    fn start(&mut self) -> Result<(), Trap> {
        let Some(start) = self.start.take() else {
            return Ok(());
        };
        arm(&mut self.store, self.allowance);
        let ended = contain(|| start.call(&mut self.store, ())).map_err(panicked)?;
        match ended.map_err(|error| trap(&error)) {
            Err(exit) if exit.kind() == TrapKind::Exit(0) => Ok(()),
            ended => ended,
        }
    }

    #[inline]
    fn call(&mut self, callback: Callback, arguments: &[u32; 5]) -> Result<u32, Trap> {
        self.host_mut().enter(callback, arguments);
        arm(&mut self.store, self.allowance);
        let Self { store, exports, .. } = self;
        match exports.call(store, callback, arguments) {
            Ok(result) => Ok(result),
            Err(error) => Err(trap(&error)),
        }
    }

    fn allow(&mut self, time: Option<Duration>) {
        self.allowance = self.whole.within(time);
    }

    fn memory_bytes(&self) -> u64 {
        let memory = self.store.data().memory;
        memory.map_or(0, |memory| memory.data_size(&self.store) as u64)
    }

    fn instructions(&self) -> Option<u64> {
        let left = self.counts.then(|| self.store.get_fuel().ok())??;
        Some(u64::MAX - left)
    }
}
