//! The engine: parses, validates and translates modules.

use std::sync::Arc;

use host_core::{Engine, EngineError, EngineInfo, EngineOptions, Module, ModuleFacts, contain};

use crate::info::{RUNTIME, info};
use crate::module::TinywasmModule;

/// tinywasm, which has one mode.
pub struct TinywasmEngine {
    info: EngineInfo,
    options: EngineOptions,
}

impl TinywasmEngine {
    /// Opens tinywasm. A deadline is not kept: see [`EngineInfo::deadline`].
    pub fn open(options: EngineOptions) -> Self {
        Self {
            info: info(),
            options,
        }
    }
}

impl Engine for TinywasmEngine {
    fn info(&self) -> &EngineInfo {
        &self.info
    }

    fn compile(
        &self,
        wasm: &[u8],
        facts: &Arc<ModuleFacts>,
    ) -> Result<Arc<dyn Module>, EngineError> {
        let refused = |reason| EngineError::Compile {
            runtime: RUNTIME.to_owned(),
            reason,
        };
        let module = contain(|| tinywasm::parse_bytes(wasm))
            .map_err(refused)?
            .map_err(|error| refused(error.to_string()))?;
        let module = TinywasmModule::link(&module, self.options, facts).map_err(refused)?;
        Ok(Arc::new(module))
    }

    fn load(&self, _: &[u8], _: &Arc<ModuleFacts>) -> Result<Arc<dyn Module>, EngineError> {
        Err(EngineError::Unsupported {
            runtime: RUNTIME.to_owned(),
            what: "load artifacts".to_owned(),
        })
    }
}
