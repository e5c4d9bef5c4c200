//! What runs an instance, with the state that its host functions were made with.

use std::ptr::{NonNull, null_mut};
use std::sync::Arc;
use std::time::Duration;

use host_core::services::InProcess;
use host_core::{EngineOptions, Host, ModuleFacts, VmSettings};

use crate::api::{Api, Executor, ModuleInstance};
use crate::executor::Running;
use crate::guest::{VmOwner, VmState};
use crate::jit::JitVm;
use crate::mode::Mode;
use crate::module::{Code, Shared, WasmEdgeModule};
use crate::watchdog::Watched;

/// An executor or virtual machine, and the state of its VM.
pub(crate) struct Prepared {
    engine: Engine,
    /// After the engine, whose host functions have its address.
    pub(crate) state: VmOwner,
    is_compiled: bool,
}

// SAFETY: all its own, and without ties to a thread between calls.
unsafe impl Send for Prepared {}

enum Engine {
    Plain(Running),
    Jit(JitVm),
}

impl Prepared {
    /// Ready to instantiate `module` around `host`.
    pub(crate) fn new(module: &WasmEdgeModule, host: Host) -> Result<Self, String> {
        let config = &module.shared.config;
        let api = config.api;
        // SAFETY: no argument.
        let i32 = unsafe { (api.ValTypeGenI32)() };
        // SAFETY: no argument.
        let i64 = unsafe { (api.ValTypeGenI64)() };
        let mut state = VmOwner::new(VmState {
            host,
            api,
            executor: null_mut(),
            memory: null_mut(),
            allocator: null_mut(),
            i32,
            ended: None,
        });
        let imports = module
            .imports
            .iter()
            .map(|imports| imports.make(api, (i32, i64), state.address()));
        let engine = match &module.code {
            Code::Parsed(_) => {
                let mut running = Running::new(config)?;
                for imports in imports {
                    // SAFETY: made just now.
                    unsafe { running.register(imports) }?;
                }
                Engine::Plain(running)
            }
            Code::Compiled { wasm, .. } => {
                // SAFETY: made just now.
                let vm = unsafe { JitVm::new(config, wasm, imports.collect()) };
                Engine::Jit(vm?)
            }
        };
        let executor = engine.executor();
        state.get_mut().executor = executor.as_ptr();
        Ok(Self {
            engine,
            state,
            is_compiled: false,
        })
    }

    /// A virtual machine that has compiled `module`, for a JIT. What its start section does
    /// goes to a host that leads nowhere; how it ends does not matter yet.
    pub(crate) fn compiled(module: &WasmEdgeModule) -> Result<Self, String> {
        let mut prepared = Self::new(module, nowhere(&module.facts))?;
        let watched = prepared.watched(&module.shared);
        let watched = watched.filter(|_| module.has_start);
        if let Some(watched) = &watched {
            watched.set_grace(prepared.time_to_compile(module));
            watched.begin(1);
        }
        let _ = enter(module.shared.mode, || prepared.engine.instantiate(module))?;
        prepared.is_compiled = true;
        if let Some(watched) = &watched {
            watched.forget();
            if watched.end().is_some() {
                // Its executor may still mean to stop something.
                return Self::new(module, nowhere(&module.facts));
            }
        }
        prepared.state.get_mut().ended = None;
        Ok(prepared)
    }

    pub(crate) fn watched(&self, shared: &Shared) -> Option<Arc<Watched>> {
        let EngineOptions { deadline, .. } = shared.options;
        let is_interpreter = shared.mode == Mode::Interpreter;
        Watched::new(shared.config.api, self.executor(), deadline, is_interpreter)
    }

    /// A generous guess at how long instantiating will compile.
    pub(crate) fn time_to_compile(&self, module: &WasmEdgeModule) -> Duration {
        match (&module.code, self.is_compiled) {
            (Code::Compiled { wasm, .. }, false) => {
                Duration::from_secs(1) + Duration::from_micros(50) * wasm.len() as u32
            }
            _ => Duration::ZERO,
        }
    }

    pub(crate) fn executor(&self) -> NonNull<Executor> {
        self.engine.executor()
    }

    pub(crate) fn api(&self) -> &'static Api {
        self.state.get().api
    }

    pub(crate) fn instance(&self) -> *const ModuleInstance {
        match &self.engine {
            Engine::Plain(running) => running.instance(),
            Engine::Jit(vm) => vm.instance(),
        }
    }

    /// Makes the instance. Start sections run.
    pub(crate) fn instantiate(&mut self, module: &WasmEdgeModule) -> Result<(), String> {
        self.engine.instantiate(module)
    }

    /// Lets go of the host, for the next one.
    pub(crate) fn vacate(&mut self, facts: &ModuleFacts) {
        let state = self.state.get_mut();
        state.host = nowhere(facts);
        state.memory = null_mut();
        state.allocator = null_mut();
        state.ended = None;
    }
}

impl Engine {
    fn executor(&self) -> NonNull<Executor> {
        match self {
            Self::Plain(running) => running.executor(),
            Self::Jit(vm) => vm.executor(),
        }
    }

    fn instantiate(&mut self, module: &WasmEdgeModule) -> Result<(), String> {
        match (self, &module.code) {
            (Self::Plain(running), Code::Parsed(parsed)) => running.instantiate(parsed),
            (Self::Jit(vm), _) => vm.instantiate(),
            (Self::Plain(_), Code::Compiled { .. }) => Err("it was prepared for a JIT".to_owned()),
        }
    }
}

/// A host for nobody.
fn nowhere(facts: &ModuleFacts) -> Host {
    let services = Arc::new(InProcess::builder().build());
    Host::new(services, facts.version, Arc::new(VmSettings::default()))
}

/// Runs `call`, which enters the guest, on the stack that its mode wants.
#[inline]
pub(crate) fn enter<T>(mode: Mode, call: impl FnOnce() -> T) -> Result<T, String> {
    #[cfg(target_os = "linux")]
    if mode.is_compiled() {
        return crate::native_stack::run(call);
    }
    let _ = mode;
    Ok(call())
}
