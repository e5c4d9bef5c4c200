//! A parsed module.

use std::sync::Arc;

use host_core::{EngineError, Host, Instance, Module, ModuleFacts, contain};

use crate::engine::Shared;
use crate::instance::WasmiInstance;

/// A module ready to be instantiated.
pub(crate) struct WasmiModule {
    pub(crate) shared: Arc<Shared>,
    pub(crate) facts: Arc<ModuleFacts>,
    pub(crate) module: wasmi::Module,
}

impl Module for WasmiModule {
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
        let instance = contain(|| WasmiInstance::new(self, host))
            .map_err(refused)?
            .map_err(|error| refused(error.to_string()))?;
        Ok(Box::new(instance))
    }
}
