//! The engine: parses, validates and translates modules.

use std::sync::Arc;

use host_core::{
    Allowance, Engine, EngineError, EngineInfo, EngineOptions, Module, ModuleFacts, contain,
};
use wasmi::Linker;

use crate::fuel;
use crate::guest::VmState;
use crate::imports::linker;
use crate::mode::Mode;
use crate::module::WasmiModule;

/// wasmi in one mode.
pub struct WasmiEngine {
    shared: Arc<Shared>,
    info: EngineInfo,
    lazy: bool,
}

/// What modules and instances need of their engine.
pub(crate) struct Shared {
    pub(crate) runtime: String,
    pub(crate) engine: wasmi::Engine,
    pub(crate) linker: Linker<VmState>,
    pub(crate) options: EngineOptions,
    /// For each call; present with a deadline.
    pub(crate) allowance: Option<Allowance>,
}

impl WasmiEngine {
    /// Opens wasmi in `mode`.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] when wasmi refuses the host functions.
    pub fn open(mode: Mode, options: EngineOptions) -> Result<Self, EngineError> {
        let engine = wasmi::Engine::new(&mode.config(&options));
        let linker = linker(&engine).map_err(|error| EngineError::Unavailable {
            runtime: mode.runtime(),
            reason: error.to_string(),
            remedy: "report this".to_owned(),
        })?;
        let allowance = match options.deadline {
            None => None,
            Some(deadline) => contain(|| fuel::pace(deadline))
                .and_then(|pace| pace)
                .map(|pace| Some(Allowance::new(pace, deadline)))
                .map_err(|reason| EngineError::Unavailable {
                    runtime: mode.runtime(),
                    reason: format!("its pace could not be measured: {reason}"),
                    remedy: "leave the deadline out".to_owned(),
                })?,
        };
        let shared = Shared {
            runtime: mode.runtime(),
            engine,
            linker,
            options,
            allowance,
        };
        Ok(Self {
            shared: Arc::new(shared),
            info: mode.info(),
            lazy: mode == Mode::Lazy,
        })
    }
}

impl Engine for WasmiEngine {
    fn info(&self) -> &EngineInfo {
        &self.info
    }

    fn compiles_lazily(&self) -> bool {
        self.lazy
    }

    fn compile(
        &self,
        wasm: &[u8],
        facts: &Arc<ModuleFacts>,
    ) -> Result<Arc<dyn Module>, EngineError> {
        let refused = |reason| EngineError::Compile {
            runtime: self.shared.runtime.clone(),
            reason,
        };
        let module = contain(|| wasmi::Module::new(&self.shared.engine, wasm))
            .map_err(refused)?
            .map_err(|error| refused(error.to_string()))?;
        Ok(Arc::new(WasmiModule {
            shared: Arc::clone(&self.shared),
            facts: Arc::clone(facts),
            module,
        }))
    }

    fn load(&self, _: &[u8], _: &Arc<ModuleFacts>) -> Result<Arc<dyn Module>, EngineError> {
        Err(EngineError::Unsupported {
            runtime: self.shared.runtime.clone(),
            what: "load artifacts: wasmi has none".to_owned(),
        })
    }
}
