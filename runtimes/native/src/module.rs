//! A library, to be opened once for each VM.

use std::sync::Arc;

use host_core::{EngineError, Host, Instance, Module, ModuleFacts};

use crate::info::RUNTIME;
use crate::instance::NativeInstance;

/// The bytes of a library that is known to open.
pub(crate) struct NativeModule {
    pub(crate) library: Arc<[u8]>,
    pub(crate) facts: Arc<ModuleFacts>,
}

impl Module for NativeModule {
    fn serialize(&self) -> Result<Vec<u8>, EngineError> {
        Err(EngineError::Unsupported {
            runtime: RUNTIME.to_owned(),
            what: "make artifacts: a library is one already".to_owned(),
        })
    }

    fn code_bytes(&self) -> Option<u64> {
        None
    }

    fn instantiate(&self, host: Host) -> Result<Box<dyn Instance>, EngineError> {
        let instance =
            NativeInstance::new(self, host).map_err(|reason| EngineError::Instantiate {
                runtime: RUNTIME.to_owned(),
                reason,
            })?;
        Ok(Box::new(instance))
    }
}
