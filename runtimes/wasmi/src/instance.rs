//! One VM.

use std::time::Duration;

use host_core::abi::{Callback, CallbackSet};
use host_core::{Allowance, Host, Instance, Trap, TrapKind, contain};
use wasmi::{Error, Store, StoreLimitsBuilder, TypedFunc};

use crate::exports::Exports;
use crate::guest::VmState;
use crate::module::WasmiModule;
use crate::trap::{panicked, trap};

/// Table elements that a VM may have: enough for any real module, and a bound on what
/// `table.grow` can take.
const TABLE_ELEMENTS: usize = 1 << 20;

pub(crate) struct WasmiInstance {
    store: Store<VmState>,
    exports: Exports,
    callbacks: CallbackSet,
    start: Option<TypedFunc<(), ()>>,
    /// Fuel for one call; present with a deadline.
    allowance: Option<Allowance>,
}

impl WasmiInstance {
    pub(crate) fn new(module: &WasmiModule, host: Host) -> Result<Self, Error> {
        let (shared, facts) = (&module.shared, &module.facts);
        let limits = StoreLimitsBuilder::new()
            .memory_size(usize::try_from(shared.options.memory_limit).unwrap_or(usize::MAX))
            .table_elements(TABLE_ELEMENTS)
            .build();
        let state = VmState {
            host,
            memory: None,
            allocator: None,
            limits,
        };
        let mut store = Store::new(&shared.engine, state);
        store.limiter(|state| &mut state.limits);
        let allowance = shared.allowance;
        if let Some(allowance) = allowance {
            store.set_fuel(allowance.units())?;
        }
        let instance = shared
            .linker
            .instantiate_and_start(&mut store, &module.module)?;
        let memory = instance.get_memory(&store, "memory");
        let allocator = match facts.allocator {
            Some(name) => Some(instance.get_typed_func(&store, name)?),
            None => None,
        };
        let start = match facts.start {
            Some(name) => Some(instance.get_typed_func(&store, name)?),
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
            allowance,
        })
    }

    /// Gives the guest its time from now.
    #[inline]
    fn arm(&mut self) -> Result<(), Trap> {
        match self.allowance {
            None => Ok(()),
            Some(allowance) => self
                .store
                .set_fuel(allowance.units())
                .map_err(|error| trap(&error)),
        }
    }
}

impl Instance for WasmiInstance {
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
        self.arm()?;
        let ended = contain(|| start.call(&mut self.store, ())).map_err(panicked)?;
        match ended.map_err(|error| trap(&error)) {
            Err(exit) if exit.kind() == TrapKind::Exit(0) => Ok(()),
            ended => ended,
        }
    }

    #[inline]
    fn call(&mut self, callback: Callback, arguments: &[u32; 5]) -> Result<u32, Trap> {
        self.host_mut().enter(callback, arguments);
        self.arm()?;
        let Self { store, exports, .. } = self;
        match exports.call(store, callback, arguments) {
            Ok(result) => Ok(result),
            Err(error) => Err(trap(&error)),
        }
    }

    fn allow(&mut self, time: Option<Duration>) {
        if let Some(allowance) = &mut self.allowance {
            allowance.limit(time);
        }
    }

    fn memory_bytes(&self) -> u64 {
        let memory = self.store.data().memory;
        memory.map_or(0, |memory| memory.data_size(&self.store) as u64)
    }
}
