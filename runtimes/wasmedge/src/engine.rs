//! The engine: parses, compiles, or loads what it compiled elsewhere.

use std::sync::{Arc, Mutex};

use host_core::{
    Artifact, ArtifactMaker, Bounded, Engine, EngineError, EngineInfo, EngineOptions, Module,
    ModuleFacts,
};

use crate::canary;
use crate::compiler::Config;
use crate::imports::Imports;

use crate::library::{library, missing};
use crate::mode::Mode;
use crate::module::{Code, ModuleHandle, Shared, WasmEdgeModule};
use crate::prepared::Prepared;

/// Table elements that a VM may have: enough for any real module, and a bound on what
/// `table.grow` can take.
const TABLE_ELEMENTS: u64 = 1 << 20;

/// WasmEdge in one mode.
pub struct WasmEdgeEngine {
    shared: Arc<Shared>,
    info: EngineInfo,
    maker: ArtifactMaker,
}

impl WasmEdgeEngine {
    /// Opens the library in `mode`.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] where there is no library, or it lacks the mode.
    pub fn open(mode: Mode, options: EngineOptions) -> Result<Self, EngineError> {
        let unavailable = |reason, remedy| EngineError::Unavailable {
            runtime: mode.runtime(),
            reason,
            remedy,
        };
        if let Some(missing) = missing(mode) {
            return Err(unavailable(missing.reason, missing.remedy));
        }
        let api = library().map_err(|missing| unavailable(missing.reason, missing.remedy))?;
        let unusable = |reason| {
            let remedy = "set WASMEDGE_LIB to another version of its library".to_owned();
            unavailable(format!("WasmEdge {}: {reason}", api.version), remedy)
        };
        let config = Config::new(api, mode, &options).map_err(unusable)?;
        if mode == Mode::Jit {
            canary::check(api, mode, &canary::wasm()).map_err(unusable)?;
        }
        Ok(Self {
            shared: Arc::new(Shared {
                mode,
                options,
                config,
            }),
            info: mode.info(&api.version),
            maker: ArtifactMaker {
                runtime: mode.runtime(),
                version: api.version.clone(),
                settings: mode.settings(&options),
            },
        })
    }

    fn bounded<'a>(&self, wasm: &'a [u8]) -> Result<Bounded<'a>, String> {
        Bounded::new(wasm, self.pages(), TABLE_ELEMENTS)
    }

    fn pages(&self) -> u64 {
        self.shared.options.memory_limit / 65_536
    }

    /// Whether the module has a start section, and what is wrong with what it begins with.
    fn begins(&self, bounded: &Bounded<'_>) -> (bool, Option<String>) {
        (bounded.has_start, self.too_large(bounded))
    }

    fn too_large(&self, bounded: &Bounded<'_>) -> Option<String> {
        let (pages, limit) = (bounded.minimum_pages, self.pages());
        if pages > limit {
            return Some(format!(
                "the module wants {pages} pages of memory at least, and the limit is {limit}"
            ));
        }
        let elements = bounded.minimum_elements;
        (elements > TABLE_ELEMENTS).then(|| {
            format!(
                "the module wants {elements} table elements at least, and the limit is {TABLE_ELEMENTS}"
            )
        })
    }

    fn module(
        &self,
        facts: &Arc<ModuleFacts>,
        code: Code,
        artifact: Option<Vec<u8>>,
        bounded: (bool, Option<String>),
    ) -> Arc<WasmEdgeModule> {
        let (has_start, too_large) = bounded;
        Arc::new(WasmEdgeModule {
            shared: Arc::clone(&self.shared),
            facts: Arc::clone(facts),
            imports: Imports::of(&facts.imports),
            code,
            has_start,
            too_large,
            artifact,
        })
    }

    fn make(&self, wasm: &[u8], facts: &Arc<ModuleFacts>) -> Result<Arc<WasmEdgeModule>, String> {
        let config = &self.shared.config;
        let bounded = self.bounded(wasm)?;
        let begins = self.begins(&bounded);
        // Bytes that are no module are refused here in every mode.
        let parsed = config.parse(&bounded.wasm)?;
        match self.shared.mode {
            Mode::Interpreter => Ok(self.module(facts, Code::Parsed(parsed), None, begins)),
            Mode::Aot => {
                let payload = Payload::compile(config, &bounded.wasm)?;
                let parsed = payload.load(config)?;
                let sealed = Artifact::seal(&self.maker, facts.sha256, &payload.pack());
                Ok(self.module(facts, Code::Parsed(parsed), Some(sealed), begins))
            }
            Mode::Jit => {
                let code = Code::Compiled {
                    wasm: bounded.wasm.into_owned(),
                    idle: Mutex::default(),
                };
                let module = self.module(facts, code, None, begins);
                if module.too_large.is_none() {
                    module.put_back(Prepared::compiled(&module)?);
                }
                Ok(module)
            }
        }
    }
}

impl Engine for WasmEdgeEngine {
    fn info(&self) -> &EngineInfo {
        &self.info
    }

    fn artifacts(&self) -> Option<&ArtifactMaker> {
        (self.shared.mode == Mode::Aot).then_some(&self.maker)
    }

    fn compile(
        &self,
        wasm: &[u8],
        facts: &Arc<ModuleFacts>,
    ) -> Result<Arc<dyn Module>, EngineError> {
        let module = self
            .make(wasm, facts)
            .map_err(|reason| EngineError::Compile {
                runtime: self.maker.runtime.clone(),
                reason,
            })?;
        Ok(Arc::new(ModuleHandle(module)))
    }

    fn load(
        &self,
        artifact: &[u8],
        facts: &Arc<ModuleFacts>,
    ) -> Result<Arc<dyn Module>, EngineError> {
        if self.shared.mode != Mode::Aot {
            return Err(EngineError::Unsupported {
                runtime: self.maker.runtime.clone(),
                what: "load artifacts: wasmedge/aot does".to_owned(),
            });
        }
        let opened = Artifact::open_for(artifact, &self.maker, &facts.sha256)?;
        let refused = |reason| EngineError::Artifact {
            runtime: self.maker.runtime.clone(),
            reason,
        };
        let payload = Payload::unpack(opened.payload).map_err(refused)?;
        let begins = self
            .bounded(&payload.module)
            .map(|bounded| self.begins(&bounded))
            .map_err(refused)?;
        let parsed = payload.load(&self.shared.config).map_err(refused)?;
        let module = self.module(facts, Code::Parsed(parsed), None, begins);
        Ok(Arc::new(ModuleHandle(module)))
    }
}

/// What an artifact holds: the canary and the module, compiled.
struct Payload<'a> {
    canary: std::borrow::Cow<'a, [u8]>,
    module: std::borrow::Cow<'a, [u8]>,
}

impl<'a> Payload<'a> {
    fn compile(config: &Config, wasm: &[u8]) -> Result<Self, String> {
        Ok(Self {
            canary: config.compile(&canary::wasm())?.into(),
            module: config.compile(wasm)?.into(),
        })
    }

    /// The length of the canary as a little-endian `u64`, the canary, the module.
    fn pack(&self) -> Vec<u8> {
        let length = (self.canary.len() as u64).to_le_bytes();
        [&length, &*self.canary, &*self.module].concat()
    }

    fn unpack(bytes: &'a [u8]) -> Result<Self, String> {
        let parts = bytes.split_first_chunk().and_then(|(length, rest)| {
            rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
        });
        let (canary, module) = parts.ok_or("its parts are cut off")?;
        Ok(Self {
            canary: canary.into(),
            module: module.into(),
        })
    }

    /// Checks with the canary that machine code will run, and loads the module.
    fn load(&self, config: &Config) -> Result<crate::compiler::Parsed, String> {
        canary::check(config.api, Mode::Aot, &self.canary)?;
        config.parse(&self.module)
    }
}
