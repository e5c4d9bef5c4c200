//! A module ready to be instantiated.

use std::sync::{Arc, Mutex, PoisonError};

use host_core::{EngineError, EngineOptions, Host, Instance, Module, ModuleFacts, contain};

use crate::compiler::{Config, Parsed};
use crate::imports::Imports;
use crate::instance::WasmEdgeInstance;
use crate::mode::Mode;
use crate::prepared::Prepared;

/// What modules and instances need of their engine.
pub(crate) struct Shared {
    pub(crate) mode: Mode,
    pub(crate) options: EngineOptions,
    pub(crate) config: Config,
}

/// A module ready to be instantiated.
pub(crate) struct WasmEdgeModule {
    pub(crate) shared: Arc<Shared>,
    pub(crate) facts: Arc<ModuleFacts>,
    pub(crate) imports: Vec<Imports>,
    pub(crate) code: Code,
    /// Whether instantiating it runs code of its own.
    pub(crate) has_start: bool,
    /// What the module begins with, where that is too much.
    pub(crate) too_large: Option<String>,
    pub(crate) artifact: Option<Vec<u8>>,
}

/// A module in the form that its mode runs.
pub(crate) enum Code {
    Parsed(Parsed),
    /// For the JIT: the module's bytes, and virtual machines that have compiled it.
    Compiled {
        wasm: Vec<u8>,
        idle: Mutex<Vec<Prepared>>,
    },
}

impl WasmEdgeModule {
    /// Takes back what an instance leaves that can serve another.
    pub(crate) fn put_back(&self, prepared: Prepared) {
        if let Code::Compiled { idle, .. } = &self.code {
            idle.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(prepared);
        }
    }

    /// A virtual machine that has compiled the module and serves nobody.
    pub(crate) fn take_idle(&self) -> Option<Prepared> {
        match &self.code {
            Code::Compiled { idle, .. } => {
                idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
            }
            Code::Parsed(_) => None,
        }
    }
}

/// The module as the catalogue sees it: instances hold on to it.
pub(crate) struct ModuleHandle(pub(crate) Arc<WasmEdgeModule>);

impl Module for ModuleHandle {
    fn serialize(&self) -> Result<Vec<u8>, EngineError> {
        let runtime = self.0.shared.mode.runtime();
        self.0
            .artifact
            .clone()
            .ok_or_else(|| EngineError::Unsupported {
                what: match self.0.shared.mode {
                    Mode::Aot => {
                        "make an artifact of a module that was itself loaded from one".to_owned()
                    }
                    _ => "make artifacts: wasmedge/aot does".to_owned(),
                },
                runtime,
            })
    }

    fn code_bytes(&self) -> Option<u64> {
        None
    }

    fn instantiate(&self, host: Host) -> Result<Box<dyn Instance>, EngineError> {
        let instance = match &self.0.too_large {
            Some(reason) => Err(reason.clone()),
            None => contain(|| WasmEdgeInstance::new(&self.0, host)).and_then(|made| made),
        };
        match instance {
            Ok(instance) => Ok(Box::new(instance)),
            Err(reason) => Err(EngineError::Instantiate {
                runtime: self.0.shared.mode.runtime(),
                reason,
            }),
        }
    }
}
