//! A compiled module, its imports linked once for all instances.

use std::sync::Arc;

use host_core::{EngineError, Host, Instance, Module, ModuleFacts, contain};
use wasmtime::InstancePre;

use crate::engine::Shared;
use crate::guest::VmState;
use crate::instance::WasmtimeInstance;

/// A module ready to be instantiated.
pub(crate) struct WasmtimeModule {
    pub(crate) shared: Arc<Shared>,
    pub(crate) facts: Arc<ModuleFacts>,
    pub(crate) linked: InstancePre<VmState>,
    artifact: Option<Vec<u8>>,
}

impl WasmtimeModule {
    pub(crate) fn link(
        shared: &Arc<Shared>,
        module: &wasmtime::Module,
        artifact: Option<Vec<u8>>,
        facts: &Arc<ModuleFacts>,
    ) -> Result<Self, wasmtime::Error> {
        Ok(Self {
            shared: Arc::clone(shared),
            facts: Arc::clone(facts),
            linked: shared.linker.instantiate_pre(module)?,
            artifact,
        })
    }
}

impl Module for WasmtimeModule {
    fn serialize(&self) -> Result<Vec<u8>, EngineError> {
        let runtime = &self.shared.runtime;
        self.artifact
            .clone()
            .ok_or_else(|| EngineError::Unsupported {
                runtime: runtime.clone(),
                what: match self.shared.mode.aot {
                    true => {
                        "make an artifact of a module that was itself loaded from one".to_owned()
                    }
                    false => format!("make artifacts: {runtime}-aot does"),
                },
            })
    }

    fn code_bytes(&self) -> Option<u64> {
        Some(self.linked.module().text().len() as u64)
    }

    fn instantiate(&self, host: Host) -> Result<Box<dyn Instance>, EngineError> {
        let refused = |reason| EngineError::Instantiate {
            runtime: self.shared.runtime.clone(),
            reason,
        };
        let instance = contain(|| WasmtimeInstance::new(self, host))
            .and_then(|instance| instance)
            .map_err(refused)?;
        Ok(Box::new(instance))
    }
}
