//! The runtime under test, with what was compiled for it so far.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use host_core::{
    Engine, EngineError, EngineInfo, EngineOptions, Mechanism, ModeKind, Module, ModuleFacts,
};

use crate::guests;
use crate::item::{Checked, Fault};

/// Opens the runtime under test with the options given.
pub type Open = dyn Fn(EngineOptions) -> Result<Box<dyn Engine>, EngineError> + Send + Sync;

/// How long a call into a guest may take in the items about deadlines.
pub(crate) const DEADLINE: Duration = Duration::from_millis(100);
/// Linear memory that a guest may have in the items about its limit, bytes.
pub(crate) const MEMORY_LIMIT: u64 = 4 << 20;

/// Options that items ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Limits {
    None,
    Deadline,
    Memory,
}

impl Limits {
    fn options(self) -> EngineOptions {
        let options = EngineOptions::default();
        match self {
            Self::None => options,
            Self::Deadline => EngineOptions {
                deadline: Some(DEADLINE),
                ..options
            },
            Self::Memory => EngineOptions {
                memory_limit: MEMORY_LIMIT,
                ..options
            },
        }
    }
}

/// A guest compiled for the runtime under test.
#[derive(Clone)]
pub(crate) struct Compiled {
    pub(crate) module: Arc<dyn Module>,
    pub(crate) facts: Arc<ModuleFacts>,
}

/// A runtime under test. Engines are opened and guests compiled once each.
pub struct Subject {
    open: Box<Open>,
    info: EngineInfo,
    engines: Mutex<HashMap<Limits, Arc<dyn Engine>>>,
    compiled: Mutex<HashMap<(Limits, &'static str), Compiled>>,
}

impl Subject {
    /// A runtime that `open` opens.
    ///
    /// # Errors
    /// The engine's own, when it does not open at all.
    pub fn new(
        open: impl Fn(EngineOptions) -> Result<Box<dyn Engine>, EngineError> + Send + Sync + 'static,
    ) -> Result<Self, EngineError> {
        let engine: Arc<dyn Engine> = Arc::from(open(EngineOptions::default())?);
        Ok(Self {
            open: Box::new(open),
            info: engine.info().clone(),
            engines: Mutex::new(HashMap::from([(Limits::None, engine)])),
            compiled: Mutex::default(),
        })
    }

    /// What the runtime says of itself.
    pub fn info(&self) -> &EngineInfo {
        &self.info
    }

    /// Whether guests run outside of any sandbox.
    pub(crate) fn is_native(&self) -> bool {
        self.info.kind == ModeKind::Native
    }

    /// Whether guests are compiled ahead of time.
    pub(crate) fn is_ahead_of_time(&self) -> bool {
        matches!(self.info.kind, ModeKind::Aot | ModeKind::InterpreterAot)
    }

    /// Skips the item where `mechanism` is no part of the engine.
    pub(crate) fn needs(&self, mechanism: Mechanism, what: &str) -> Checked {
        match mechanism {
            Mechanism::Engine(_) => Ok(()),
            Mechanism::Process => Err(Fault::NotApplicable(format!(
                "the engine has no {what} of its own: only the process around it does"
            ))),
        }
    }

    pub(crate) fn engine(&self, limits: Limits) -> Checked<Arc<dyn Engine>> {
        let mut engines = self.engines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = engines.get(&limits) {
            return Ok(engine.clone());
        }
        let engine: Arc<dyn Engine> = Arc::from((self.open)(limits.options())?);
        engines.insert(limits, engine.clone());
        Ok(engine)
    }

    /// The puppet, compiled.
    pub(crate) fn puppet(&self, limits: Limits) -> Checked<Compiled> {
        const NAME: &str = "puppet";
        if let Some(known) = self.known(limits, NAME) {
            return Ok(known);
        }
        let bytes = match self.is_native() {
            true => guests::puppet_library().map_err(Fault::NotApplicable)?,
            false => guests::puppet_module(),
        };
        let compiled = self.compile(limits, bytes)?;
        self.keep(limits, NAME, compiled.clone());
        Ok(compiled)
    }

    /// A guest made once under a name.
    pub(crate) fn named(
        &self,
        limits: Limits,
        name: &'static str,
        make: impl FnOnce() -> Vec<u8>,
    ) -> Checked<Compiled> {
        if let Some(known) = self.known(limits, name) {
            return Ok(known);
        }
        let compiled = self.compile(limits, &make())?;
        self.keep(limits, name, compiled.clone());
        Ok(compiled)
    }

    /// Compiles a guest the way the runtime is used: one that runs artifacts loads the one
    /// that it made.
    pub(crate) fn compile(&self, limits: Limits, bytes: &[u8]) -> Checked<Compiled> {
        let engine = self.engine(limits)?;
        let facts = Arc::new(engine.inspect(bytes)?);
        let mut module = engine.compile(bytes, &facts)?;
        if self.is_ahead_of_time() {
            let artifact = module.serialize()?;
            module = engine.load(&artifact, &facts)?;
        }
        Ok(Compiled { module, facts })
    }

    fn known(&self, limits: Limits, name: &'static str) -> Option<Compiled> {
        let compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        compiled.get(&(limits, name)).cloned()
    }

    fn keep(&self, limits: Limits, name: &'static str, module: Compiled) {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        compiled.insert((limits, name), module);
    }
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subject")
            .field("info", &self.info)
            .finish_non_exhaustive()
    }
}
