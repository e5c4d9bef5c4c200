//! The engine: compiles, or loads what it compiled elsewhere.

use std::sync::Arc;

use host_core::{
    Allowance, Artifact, ArtifactMaker, Engine, EngineError, EngineInfo, EngineOptions,
    GuestSymbols, Knob, Module, ModuleFacts, contain,
};
use wasmer::sys::{
    CompilerConfig, Cranelift, CraneliftOptLevel, EngineBuilder, NativeEngineExt, Singlepass,
};

use crate::limits::Limits;
use crate::mode::{Compiler, Mode, VERSION};
use crate::module::WasmerModule;
use crate::points;

/// wasmer in one mode.
pub struct WasmerEngine {
    mode: Mode,
    options: EngineOptions,
    info: EngineInfo,
    maker: ArtifactMaker,
    /// For each call; absent without a deadline, and while the pace is measured.
    allowance: Option<Allowance>,
}

impl WasmerEngine {
    /// Opens wasmer in `mode`.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] where the mode has no code generator for this
    /// processor.
    pub fn open(mode: Mode, options: EngineOptions) -> Result<Self, EngineError> {
        if let Some(reason) = mode.missing_here() {
            return Err(EngineError::Unavailable {
                runtime: mode.runtime(),
                reason: reason.to_owned(),
                remedy: mode.remedy().to_owned(),
            });
        }
        options.knobs.fit(&mode.runtime(), mode.knobs())?;
        let maker = ArtifactMaker {
            runtime: mode.runtime(),
            version: VERSION.to_owned(),
            settings: mode.settings(&options),
        };
        let engine = Self {
            mode,
            options,
            info: mode.info(&options),
            maker,
            allowance: None,
        };
        let Some(deadline) = options.deadline else {
            return Ok(engine);
        };
        let key = (mode.compiler, options.knobs);
        let pace = contain(|| points::pace(key, || engine.compiler()))
            .and_then(|pace| pace)
            .map_err(|reason| EngineError::Unavailable {
                runtime: mode.runtime(),
                reason: format!("its pace could not be measured: {reason}"),
                remedy: "leave the deadline out".to_owned(),
            })?;
        Ok(Self {
            allowance: Some(Allowance::new(pace, deadline)),
            ..engine
        })
    }

    /// An engine with a compiler. Metering belongs to one module, hence one engine each.
    fn compiler(&self) -> wasmer::Engine {
        let mut config: Box<dyn CompilerConfig> = match self.mode.compiler {
            Compiler::Cranelift => {
                let mut config = Cranelift::new();
                config.opt_level(match self.options.knobs.get(Knob::Optimisation) {
                    Some("none") => CraneliftOptLevel::None,
                    Some("speed_and_size") => CraneliftOptLevel::SpeedAndSize,
                    _ => CraneliftOptLevel::Speed,
                });
                Box::new(config)
            }
            Compiler::Singlepass => Box::new(Singlepass::new()),
            Compiler::Llvm => llvm(self.options.knobs.get(Knob::Optimisation)),
        };
        if self.options.symbols == GuestSymbols::PerfMap {
            config.enable_perfmap();
        }
        if self.options.deadline.is_some() {
            let points = self
                .allowance
                .map_or(u64::MAX, |allowance| allowance.units());
            config.push_middleware(points::middleware(points));
        }
        self.limited(EngineBuilder::new(config).engine().into())
    }

    /// An engine without a compiler.
    fn headless(&self) -> wasmer::Engine {
        self.limited(EngineBuilder::headless().engine().into())
    }

    fn limited(&self, mut engine: wasmer::Engine) -> wasmer::Engine {
        let limits = Limits::new(engine.target(), self.options.memory_limit);
        engine.set_tunables(limits);
        engine
    }

    fn refused(&self, reason: String) -> EngineError {
        EngineError::Compile {
            runtime: self.maker.runtime.clone(),
            reason,
        }
    }

    /// Loads the payload of an artifact whose envelope was checked.
    #[allow(unsafe_code)]
    fn deserialize(
        &self,
        engine: &wasmer::Engine,
        payload: &[u8],
    ) -> Result<wasmer::Module, String> {
        // SAFETY: the bytes are unchanged since this program, with the same version of
        // wasmer, the same settings and the same processor features, sealed what
        // `serialize` made: the envelope's digest and fields were compared.
        contain(|| unsafe { wasmer::Module::deserialize(engine, payload) })?
            .map_err(|error| error.to_string())
    }

    fn finish(
        &self,
        engine: wasmer::Engine,
        module: wasmer::Module,
        artifact: Option<Vec<u8>>,
        facts: &Arc<ModuleFacts>,
    ) -> Result<Arc<dyn Module>, EngineError> {
        let module = WasmerModule::link(
            self.mode,
            self.allowance,
            engine,
            module,
            artifact,
            Arc::clone(facts),
        );
        Ok(Arc::new(module.map_err(|reason| self.refused(reason))?))
    }
}

#[cfg(feature = "llvm")]
fn llvm(level: Option<&str>) -> Box<dyn CompilerConfig> {
    use wasmer::sys::LLVMOptLevel;
    let mut config = wasmer::sys::LLVM::new();
    config.opt_level(match level {
        Some("none") => LLVMOptLevel::None,
        Some("less") => LLVMOptLevel::Less,
        Some("default") => LLVMOptLevel::Default,
        _ => LLVMOptLevel::Aggressive,
    });
    Box::new(config)
}

#[cfg(not(feature = "llvm"))]
fn llvm(_: Option<&str>) -> Box<dyn CompilerConfig> {
    unreachable!("`open` refuses the mode")
}

impl Engine for WasmerEngine {
    fn info(&self) -> &EngineInfo {
        &self.info
    }

    fn artifacts(&self) -> Option<&ArtifactMaker> {
        self.mode.aot.then_some(&self.maker)
    }

    fn compile(
        &self,
        wasm: &[u8],
        facts: &Arc<ModuleFacts>,
    ) -> Result<Arc<dyn Module>, EngineError> {
        let compiler = self.compiler();
        let module = contain(|| wasmer::Module::from_binary(&compiler, wasm))
            .map_err(|reason| self.refused(reason))?
            .map_err(|error| self.refused(error.to_string()))?;
        if !self.mode.aot {
            return self.finish(compiler, module, None, facts);
        }
        let payload = module
            .serialize()
            .map_err(|error| self.refused(error.to_string()))?;
        let headless = self.headless();
        let module = self
            .deserialize(&headless, &payload)
            .map_err(|reason| self.refused(reason))?;
        let sealed = Artifact::seal(&self.maker, facts.sha256, &payload);
        self.finish(headless, module, Some(sealed), facts)
    }

    fn load(
        &self,
        artifact: &[u8],
        facts: &Arc<ModuleFacts>,
    ) -> Result<Arc<dyn Module>, EngineError> {
        let runtime = &self.maker.runtime;
        if !self.mode.aot {
            return Err(EngineError::Unsupported {
                runtime: runtime.clone(),
                what: format!("load artifacts: {runtime}-aot does"),
            });
        }
        let opened = Artifact::open_for(artifact, &self.maker, &facts.sha256)?;
        let headless = self.headless();
        let module = self
            .deserialize(&headless, opened.payload)
            .map_err(|reason| EngineError::Artifact {
                runtime: runtime.clone(),
                reason,
            })?;
        self.finish(headless, module, None, facts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_compilers_pace_is_measured_once() {
        let options = EngineOptions {
            deadline: Some(std::time::Duration::from_millis(1)),
            ..EngineOptions::default()
        };
        for compiler in [Compiler::Cranelift, Compiler::Singlepass] {
            let mode = Mode {
                compiler,
                aot: false,
            };
            let open = || {
                WasmerEngine::open(mode, options)
                    .expect("available")
                    .allowance
            };
            let first = open().expect("a deadline").units();
            println!("wasmer {compiler:?}: {first} points for a millisecond");
            assert_eq!(open().map(|again| again.units()), Some(first));
        }
    }
}
