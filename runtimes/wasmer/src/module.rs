//! A compiled module, its imports found once for all instances.

use std::sync::Arc;

use host_core::{Allowance, EngineError, Host, Instance, Module, ModuleFacts, contain};

use crate::imports::{Maker, maker};
use crate::instance::WasmerInstance;
use crate::mode::Mode;

/// A module ready to be instantiated.
pub(crate) struct WasmerModule {
    mode: Mode,
    /// For each call; present with a deadline.
    pub(crate) allowance: Option<Allowance>,
    pub(crate) engine: wasmer::Engine,
    pub(crate) module: wasmer::Module,
    /// In the order of the module's imports.
    pub(crate) makers: Vec<Maker>,
    pub(crate) facts: Arc<ModuleFacts>,
    artifact: Option<Vec<u8>>,
}

impl WasmerModule {
    pub(crate) fn link(
        mode: Mode,
        allowance: Option<Allowance>,
        engine: wasmer::Engine,
        module: wasmer::Module,
        artifact: Option<Vec<u8>>,
        facts: Arc<ModuleFacts>,
    ) -> Result<Self, String> {
        let makers = module
            .imports()
            .map(|import| {
                maker(import.module(), import.name()).ok_or_else(|| {
                    format!(
                        "it imports {}.{}, unknown here",
                        import.module(),
                        import.name()
                    )
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            mode,
            allowance,
            engine,
            module,
            makers,
            facts,
            artifact,
        })
    }
}

impl Module for WasmerModule {
    fn serialize(&self) -> Result<Vec<u8>, EngineError> {
        let runtime = self.mode.runtime();
        self.artifact
            .clone()
            .ok_or_else(|| EngineError::Unsupported {
                what: match self.mode.aot {
                    true => {
                        "make an artifact of a module that was itself loaded from one".to_owned()
                    }
                    false => format!("make artifacts: {runtime}-aot does"),
                },
                runtime,
            })
    }

    fn code_bytes(&self) -> Option<u64> {
        None
    }

    fn instantiate(&self, host: Host) -> Result<Box<dyn Instance>, EngineError> {
        let refused = |reason| EngineError::Instantiate {
            runtime: self.mode.runtime(),
            reason,
        };
        let instance = contain(|| WasmerInstance::new(self, host))
            .and_then(|instance| instance)
            .map_err(refused)?;
        Ok(Box::new(instance))
    }
}
