//! The engine: compiles through the library.

use std::sync::Arc;

use host_core::{
    Bounded, Engine, EngineError, EngineInfo, EngineOptions, Mechanism, ModeKind, Module,
    ModuleFacts, contain,
};

use crate::library::{EngineLibrary, Opened};
use crate::module::{CApiModule, ModuleHandle};

/// Table elements that a VM may have: enough for any real module, and a bound on what
/// `table.grow` can take.
const TABLE_ELEMENTS: u64 = 1 << 20;

/// A library behind `wasm.h`.
pub struct WasmCApiEngine {
    opened: &'static Opened,
    options: EngineOptions,
    info: EngineInfo,
}

impl WasmCApiEngine {
    /// Opens `library`. `wasm.h` has no deadline: only the process around it enforces one.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] where the library cannot be used.
    pub fn open(
        library: &'static EngineLibrary,
        options: EngineOptions,
    ) -> Result<Self, EngineError> {
        let opened = library
            .open()
            .map_err(|unusable| EngineError::Unavailable {
                runtime: library.runtime(),
                reason: unusable.reason,
                remedy: unusable.remedy,
            })?;
        let kind = library.kind();
        let info = EngineInfo {
            runtime: library.runtime(),
            engine: "wasm-c-api",
            version: opened.version.clone(),
            mode: library.name(),
            kind,
            optimisation: "the library's default; every call through wasm-c-api".to_owned(),
            bounds_check: "the library's default".to_owned(),
            deadline: Mechanism::Process,
            memory_limit: Mechanism::Engine("maximum lowered in the module"),
            simd: true,
            pooling: "the library's default; a store for each VM".to_owned(),
            compile_threads: match kind {
                ModeKind::Interpreter => 0,
                _ => std::thread::available_parallelism().map_or(1, usize::from),
            },
        };
        Ok(Self {
            opened,
            options,
            info,
        })
    }

    fn make(&self, wasm: &[u8], facts: &Arc<ModuleFacts>) -> Result<CApiModule, String> {
        let limit = self.options.memory_limit / 65_536;
        let bounded = Bounded::new(wasm, limit, TABLE_ELEMENTS)?;
        let (pages, elements) = (bounded.minimum_pages, bounded.minimum_elements);
        let too_large = if pages > limit {
            Some(format!(
                "the module wants {pages} pages of memory at least, and the limit is {limit}"
            ))
        } else if elements > TABLE_ELEMENTS {
            Some(format!(
                "the module wants {elements} table elements at least, and the limit is {TABLE_ELEMENTS}"
            ))
        } else {
            None
        };
        let wasm = bounded.wasm.into_owned();
        CApiModule::new(
            self.info.runtime.clone(),
            self.opened,
            facts,
            wasm,
            too_large,
        )
    }
}

impl Engine for WasmCApiEngine {
    fn info(&self) -> &EngineInfo {
        &self.info
    }

    fn compile(
        &self,
        wasm: &[u8],
        facts: &Arc<ModuleFacts>,
    ) -> Result<Arc<dyn Module>, EngineError> {
        let module = contain(|| self.make(wasm, facts))
            .and_then(|made| made)
            .map_err(|reason| EngineError::Compile {
                runtime: self.info.runtime.clone(),
                reason,
            })?;
        Ok(Arc::new(ModuleHandle(Arc::new(module))))
    }

    fn load(&self, _: &[u8], _: &Arc<ModuleFacts>) -> Result<Arc<dyn Module>, EngineError> {
        Err(EngineError::Unsupported {
            runtime: self.info.runtime.clone(),
            what: "load artifacts: only an engine's own runtime does".to_owned(),
        })
    }
}
