//! The engine: compiles modules.

use std::sync::Arc;

use host_core::{Engine, EngineError, EngineInfo, EngineOptions, Module, ModuleFacts, contain};
use v8::{CompiledWasmModule, Context, ContextOptions, ContextScope, TryCatch, WasmModuleObject};

use crate::isolate::VmIsolate;
use crate::limits::limited;
use crate::mode::{Missing, Mode};
use crate::module::V8Module;
use crate::watchdog::Watchdog;
use crate::{number, process, trap};

/// V8 in one mode, the only one of the process.
pub struct V8Engine {
    shared: Arc<Shared>,
    info: EngineInfo,
    lazy: bool,
}

/// What modules and instances need of their engine.
pub(crate) struct Shared {
    pub(crate) runtime: String,
    pub(crate) options: EngineOptions,
    /// Present with a deadline.
    pub(crate) watchdog: Option<Arc<Watchdog>>,
}

impl V8Engine {
    /// Opens V8 in `mode`.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] when this process runs V8 in another mode, or V8 keeps
    /// numbers in a way that this crate does not know.
    pub fn open(mode: Mode, options: EngineOptions) -> Result<Self, EngineError> {
        let unavailable = |missing: Missing| missing.unavailable(mode);
        process::start(mode).map_err(unavailable)?;
        if !numbers_are_known() {
            return Err(unavailable(Missing {
                reason: "this build of V8 compresses pointers".to_owned(),
                remedy: "give RUSTY_V8_ARCHIVE an archive without pointer compression".to_owned(),
            }));
        }
        let watchdog = match options.deadline {
            Some(deadline) => Some(Watchdog::start(deadline).map_err(|error| {
                unavailable(Missing {
                    reason: format!("no thread for deadlines: {error}"),
                    remedy: "allow this process more threads".to_owned(),
                })
            })?),
            None => None,
        };
        Ok(Self {
            shared: Arc::new(Shared {
                runtime: mode.runtime(),
                options,
                watchdog,
            }),
            info: mode.info(),
            lazy: mode == Mode::Default,
        })
    }
}

fn numbers_are_known() -> bool {
    let isolate = VmIsolate::new();
    isolate.enter().scope(number::layout_is_known)
}

/// Compiles in an isolate of its own, which the code does not need any more.
fn compile(wasm: &[u8]) -> Result<CompiledWasmModule, String> {
    let isolate = VmIsolate::new();
    isolate.enter().scope(|scope| {
        let context = Context::new(scope, ContextOptions::default());
        let caught = &mut TryCatch::new(scope);
        let module = WasmModuleObject::compile(&mut ContextScope::new(caught, context), wasm);
        match module {
            Some(module) => Ok(module.get_compiled_module()),
            None => Err(trap::text(caught, context)),
        }
    })
}

impl Engine for V8Engine {
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
        let limited = limited(wasm, self.shared.options.memory_limit);
        let module = contain(|| compile(&limited.wasm))
            .map_err(refused)?
            .map_err(refused)?;
        Ok(Arc::new(V8Module {
            shared: Arc::clone(&self.shared),
            facts: Arc::clone(facts),
            module,
            refusal: limited.refusal,
        }))
    }

    fn load(&self, _: &[u8], _: &Arc<ModuleFacts>) -> Result<Arc<dyn Module>, EngineError> {
        Err(EngineError::Unsupported {
            runtime: self.shared.runtime.clone(),
            what: "load artifacts: the v8 crate offers none".to_owned(),
        })
    }
}
