//! A compiled module.

use std::sync::Arc;

use host_core::{EngineError, Host, Instance, Module, ModuleFacts, contain};
use v8::CompiledWasmModule;

use crate::engine::Shared;
use crate::instance::V8Instance;

/// A module ready to be instantiated: its code is shared by all isolates.
pub(crate) struct V8Module {
    pub(crate) shared: Arc<Shared>,
    pub(crate) facts: Arc<ModuleFacts>,
    pub(crate) module: CompiledWasmModule,
    /// Why no instance can be made under the memory limit.
    pub(crate) refusal: Option<String>,
}

impl Module for V8Module {
    fn serialize(&self) -> Result<Vec<u8>, EngineError> {
        Err(EngineError::Unsupported {
            runtime: self.shared.runtime.clone(),
            what: "make artifacts".to_owned(),
        })
    }

    fn code_bytes(&self) -> Option<u64> {
        None
    }

    fn instantiate(&self, host: Host) -> Result<Box<dyn Instance>, EngineError> {
        let refused = |reason| EngineError::Instantiate {
            runtime: self.shared.runtime.clone(),
            reason,
        };
        let instance = contain(|| V8Instance::new(self, host))
            .map_err(refused)?
            .map_err(refused)?;
        Ok(Box::new(instance))
    }
}
