//! The engine: loads modules, or compiles and loads artifacts.

use std::sync::Arc;

use host_core::{
    Artifact, ArtifactMaker, Engine, EngineError, EngineInfo, EngineOptions, Module, ModuleFacts,
    contain,
};

use crate::cache::VERSION;
use crate::code::code_bytes;
use crate::compiler::Compiler;
use crate::deadline::Watch;
use crate::error::Missing;
use crate::library::Library;
use crate::loaded::{Form, Loaded};
use crate::mode::Mode;
use crate::module::WamrModule;
use crate::sections::{export_start, hide_exports};

/// WAMR in one mode.
pub struct WamrEngine {
    mode: Mode,
    options: EngineOptions,
    info: EngineInfo,
    maker: ArtifactMaker,
    library: &'static Library,
    /// Present with a deadline that WAMR can keep.
    watch: Option<Arc<Watch>>,
}

impl WamrEngine {
    /// Opens WAMR in `mode`.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] where the mode's library is missing or does not fit.
    pub fn open(mode: Mode, options: EngineOptions) -> Result<Self, EngineError> {
        let unavailable = |missing: Missing| missing.of(mode.runtime());
        if let Some(missing) = mode.missing() {
            return Err(unavailable(missing));
        }
        // Where WAMR cannot stop a guest, the mode says so and runs without.
        let deadline = options.deadline.filter(|_| mode.stops_here());
        let library = Library::open(mode.build(deadline.is_some())).map_err(unavailable)?;
        let watch = match deadline {
            Some(deadline) => {
                let watch = Watch::start(deadline).map_err(|error| EngineError::Unavailable {
                    runtime: mode.runtime(),
                    reason: format!("no thread for its deadlines: {error}"),
                    remedy: "let the process have more threads".to_owned(),
                })?;
                Some(Arc::new(watch))
            }
            None => None,
        };
        Ok(Self {
            mode,
            options,
            info: mode.info(),
            maker: ArtifactMaker {
                runtime: mode.runtime(),
                version: VERSION.to_owned(),
                settings: mode.settings(&options),
            },
            library,
            watch,
        })
    }

    fn refused(&self, reason: String) -> EngineError {
        EngineError::Compile {
            runtime: self.mode.runtime(),
            reason,
        }
    }

    /// A module of `bytes`, which are WebAssembly or a checked artifact's payload.
    fn load_bytes(
        &self,
        bytes: Vec<u8>,
        form: Form,
        facts: &Arc<ModuleFacts>,
    ) -> Result<WamrModule, String> {
        let api = &self.library.api;
        let stack = self.mode.stack(bytes.len());
        let loaded = contain(|| Loaded::new(api, bytes, form)).and_then(|loaded| loaded)?;
        Ok(WamrModule {
            mode: self.mode,
            options: self.options,
            library: self.library,
            loaded: Arc::new(loaded),
            facts: Arc::clone(facts),
            stack,
            running_mode: (form == Form::WebAssembly).then(|| self.library.build.running_mode()),
            start_exported: false,
            watch: self.watch.clone(),
            artifact: None,
            code_bytes: None,
        })
    }

    /// Loads the payload of an artifact, sealed or just compiled.
    fn load_payload(&self, payload: &[u8], facts: &Arc<ModuleFacts>) -> Result<WamrModule, String> {
        let module = self.load_bytes(payload.to_vec(), Form::Artifact, facts)?;
        Ok(WamrModule {
            code_bytes: code_bytes(payload),
            ..module
        })
    }

    fn compile_artifact(
        &self,
        wasm: &[u8],
        facts: &Arc<ModuleFacts>,
    ) -> Result<WamrModule, EngineError> {
        let compiler = Compiler::open().map_err(|missing| missing.of(self.mode.runtime()))?;
        let payload = contain(|| compiler.compile(hide_exports(wasm)))
            .and_then(|payload| payload)
            .map_err(|reason| self.refused(reason))?;
        let module = self
            .load_payload(&payload, facts)
            .map_err(|reason| self.refused(reason))?;
        Ok(WamrModule {
            artifact: Some(Artifact::seal(&self.maker, facts.sha256, &payload)),
            ..module
        })
    }
}

impl Engine for WamrEngine {
    fn info(&self) -> &EngineInfo {
        &self.info
    }

    fn artifacts(&self) -> Option<&ArtifactMaker> {
        (self.mode == Mode::Aot).then_some(&self.maker)
    }

    fn compile(
        &self,
        wasm: &[u8],
        facts: &Arc<ModuleFacts>,
    ) -> Result<Arc<dyn Module>, EngineError> {
        if self.mode == Mode::Aot {
            return Ok(Arc::new(self.compile_artifact(wasm, facts)?));
        }
        let wasm = hide_exports(wasm);
        let with_export = self.watch.as_ref().and_then(|_| export_start(&wasm));
        let start_exported = with_export.is_some();
        let module = self
            .load_bytes(with_export.unwrap_or(wasm), Form::WebAssembly, facts)
            .map_err(|reason| self.refused(reason))?;
        Ok(Arc::new(WamrModule {
            start_exported,
            ..module
        }))
    }

    fn load(
        &self,
        artifact: &[u8],
        facts: &Arc<ModuleFacts>,
    ) -> Result<Arc<dyn Module>, EngineError> {
        if self.mode != Mode::Aot {
            return Err(EngineError::Unsupported {
                runtime: self.mode.runtime(),
                what: "load artifacts: wamr/aot does".to_owned(),
            });
        }
        let opened = Artifact::open_for(artifact, &self.maker, &facts.sha256)?;
        let module =
            self.load_payload(opened.payload, facts)
                .map_err(|reason| EngineError::Artifact {
                    runtime: self.mode.runtime(),
                    reason,
                })?;
        Ok(Arc::new(module))
    }
}
