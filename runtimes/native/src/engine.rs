//! The engine: opens libraries.

use std::sync::Arc;

use host_core::{
    Engine, EngineError, EngineInfo, EngineOptions, GuestSymbols, Module, ModuleError, ModuleFacts,
};

use crate::facts;
use crate::imports::keep_exports;
use crate::info::{RUNTIME, info};
use crate::library::{LibraryCopy, keep_copies};
use crate::module::NativeModule;

/// The native twin. Options but for a profiler's have no effect: a deadline or a memory limit is the business
/// of whoever runs the process.
pub struct NativeEngine {
    info: EngineInfo,
}

impl NativeEngine {
    /// Opens the engine.
    ///
    /// # Errors
    /// None today.
    pub fn open(options: EngineOptions) -> Result<Self, EngineError> {
        if options.symbols == GuestSymbols::PerfMap {
            keep_copies();
        }
        keep_exports();
        Ok(Self { info: info() })
    }
}

impl Engine for NativeEngine {
    fn info(&self) -> &EngineInfo {
        &self.info
    }

    /// Takes the bytes of a shared library.
    fn compile(
        &self,
        library: &[u8],
        facts: &Arc<ModuleFacts>,
    ) -> Result<Arc<dyn Module>, EngineError> {
        // Opened once to learn now whether it can be; instances open copies of their own.
        LibraryCopy::open(library).map_err(|reason| EngineError::Compile {
            runtime: RUNTIME.to_owned(),
            reason,
        })?;
        Ok(Arc::new(NativeModule {
            library: library.into(),
            facts: Arc::clone(facts),
        }))
    }

    fn load(&self, _: &[u8], _: &Arc<ModuleFacts>) -> Result<Arc<dyn Module>, EngineError> {
        Err(EngineError::Unsupported {
            runtime: RUNTIME.to_owned(),
            what: "load artifacts: a library is one already".to_owned(),
        })
    }

    /// Opens the library for a moment and looks at its symbols.
    fn inspect(&self, library: &[u8]) -> Result<ModuleFacts, ModuleError> {
        facts::read(library)
    }
}
