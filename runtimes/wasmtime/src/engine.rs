//! The engine: compiles, or loads what it compiled elsewhere.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use host_core::{
    Artifact, ArtifactMaker, Engine, EngineError, EngineInfo, EngineOptions, Knob, Module,
    ModuleFacts, contain,
};
use wasmtime::Linker;

use crate::fuel;
use crate::guest::VmState;
use crate::imports::linker;
use crate::info::{VERSION, info, runtime};
use crate::interrupt::{Allowance, Interrupt, ticks_of};
use crate::mode::Mode;
use crate::module::WasmtimeModule;
use crate::ticker::Ticker;

/// wasmtime in one mode.
pub struct WasmtimeEngine {
    pub(crate) shared: Arc<Shared>,
    info: EngineInfo,
    maker: ArtifactMaker,
}

/// What modules and instances need of their engine.
pub(crate) struct Shared {
    pub(crate) runtime: String,
    pub(crate) mode: Mode,
    pub(crate) engine: wasmtime::Engine,
    pub(crate) linker: Linker<VmState>,
    pub(crate) options: EngineOptions,
    /// Started by the first instance.
    ticker: OnceLock<Result<Ticker, String>>,
}

impl WasmtimeEngine {
    /// Opens wasmtime in `mode`.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] where the mode has no code generator for this
    /// processor.
    pub fn open(mode: Mode, options: EngineOptions) -> Result<Self, EngineError> {
        let unavailable = |reason: String| EngineError::Unavailable {
            runtime: runtime(mode),
            reason,
            remedy: "use wasmtime/pulley, which runs on every processor".to_owned(),
        };
        if let Some(reason) = mode.missing_here() {
            return Err(unavailable(reason.to_owned()));
        }
        check_knobs(mode, &options)?;
        let (engine, linker) = contain(|| {
            let engine = wasmtime::Engine::new(&mode.config(&options)?)?;
            let linker = linker(&engine)?;
            Ok((engine, linker))
        })
        .map_err(unavailable)?
        .map_err(|error: wasmtime::Error| unavailable(format!("{error:#}")))?;
        Ok(Self {
            info: info(mode, &options),
            maker: ArtifactMaker {
                runtime: runtime(mode),
                version: VERSION.to_owned(),
                settings: mode.settings(&options),
            },
            shared: Arc::new(Shared {
                runtime: runtime(mode),
                mode,
                engine,
                linker,
                options,
                ticker: OnceLock::new(),
            }),
        })
    }

    fn refused(&self, reason: String) -> EngineError {
        EngineError::Compile {
            runtime: self.shared.runtime.clone(),
            reason,
        }
    }

    /// Loads the payload of an artifact whose envelope was checked.
    #[allow(unsafe_code)]
    fn deserialize(&self, payload: &[u8]) -> Result<wasmtime::Module, String> {
        // SAFETY: the bytes are unchanged since this program, with the same version of
        // wasmtime, the same settings and the same processor features, sealed what
        // `precompile_module` made: the envelope's digest and fields were compared.
        contain(|| unsafe { wasmtime::Module::deserialize(&self.shared.engine, payload) })?
            .map_err(|error| format!("{error:#}"))
    }

    fn finish(
        &self,
        module: &wasmtime::Module,
        artifact: Option<Vec<u8>>,
        facts: &Arc<ModuleFacts>,
    ) -> Result<Arc<dyn Module>, EngineError> {
        let module = WasmtimeModule::link(&self.shared, module, artifact, facts)
            .map_err(|error| self.refused(format!("{error:#}")))?;
        Ok(Arc::new(module))
    }
}

/// Makes sure that every knob that was turned is there and has an effect.
fn check_knobs(mode: Mode, options: &EngineOptions) -> Result<(), EngineError> {
    options.knobs.fit(&runtime(mode), mode.knobs())?;
    let refused = |what: &str| {
        Err(EngineError::Unsupported {
            runtime: runtime(mode),
            what: what.to_owned(),
        })
    };
    match options.knobs.get(Knob::Interrupt) {
        Some(_) if options.deadline.is_none() => {
            refused("set knob interrupt without a deadline: nothing is to be ended")
        }
        Some("fuel") if options.count_instructions => {
            refused("count instructions while fuel keeps its deadline")
        }
        _ => Ok(()),
    }
}

impl Shared {
    /// What a call may take at most, in the units that the code counts.
    pub(crate) fn allowance(&self) -> Result<Allowance, String> {
        let Some(deadline) = self.options.deadline else {
            return Ok(Allowance::Unlimited);
        };
        let deadline = deadline.max(Duration::from_nanos(1));
        if Interrupt::of(&self.options) == Interrupt::Fuel {
            let rate = fuel::rate(self.mode, &self.options)?;
            return Ok(Allowance::Fuel(rate.units(deadline), rate));
        }
        let ticker = self.ticker.get_or_init(|| {
            Ticker::start(&self.engine, deadline)
                .map_err(|error| format!("no thread to keep deadlines with: {error}"))
        });
        let tick = ticker.as_ref().map(Ticker::tick).map_err(Clone::clone)?;
        Ok(Allowance::Ticks(ticks_of(deadline, tick), tick))
    }
}

impl Engine for WasmtimeEngine {
    fn info(&self) -> &EngineInfo {
        &self.info
    }

    fn artifacts(&self) -> Option<&ArtifactMaker> {
        self.shared.mode.aot.then_some(&self.maker)
    }

    fn compile(
        &self,
        wasm: &[u8],
        facts: &Arc<ModuleFacts>,
    ) -> Result<Arc<dyn Module>, EngineError> {
        let engine = &self.shared.engine;
        if self.shared.mode.aot {
            let payload = contain(|| engine.precompile_module(wasm))
                .map_err(|reason| self.refused(reason))?
                .map_err(|error| self.refused(format!("{error:#}")))?;
            let module = self
                .deserialize(&payload)
                .map_err(|reason| self.refused(reason))?;
            let sealed = Artifact::seal(&self.maker, facts.sha256, &payload);
            return self.finish(&module, Some(sealed), facts);
        }
        let module = contain(|| wasmtime::Module::from_binary(engine, wasm))
            .map_err(|reason| self.refused(reason))?
            .map_err(|error| self.refused(format!("{error:#}")))?;
        self.finish(&module, None, facts)
    }

    fn load(
        &self,
        artifact: &[u8],
        facts: &Arc<ModuleFacts>,
    ) -> Result<Arc<dyn Module>, EngineError> {
        let runtime = &self.shared.runtime;
        if !self.shared.mode.aot {
            return Err(EngineError::Unsupported {
                runtime: runtime.clone(),
                what: format!("load artifacts: {runtime}-aot does"),
            });
        }
        let opened = Artifact::open_for(artifact, &self.maker, &facts.sha256)?;
        let module = self
            .deserialize(opened.payload)
            .map_err(|reason| EngineError::Artifact {
                runtime: runtime.clone(),
                reason,
            })?;
        self.finish(&module, None, facts)
    }
}
