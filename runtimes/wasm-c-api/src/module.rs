//! A module ready to be instantiated.

use std::sync::{Arc, Mutex, PoisonError};

use host_core::{EngineError, Host, Instance, Module, ModuleFacts, contain};

use crate::imports::Row;
use crate::instance::CApiInstance;
use crate::library::Opened;
use crate::link::{Linked, Shared};

/// A compiled module.
pub(crate) struct CApiModule {
    pub(crate) runtime: String,
    pub(crate) library: &'static Opened,
    pub(crate) facts: Arc<ModuleFacts>,
    wasm: Vec<u8>,
    /// What compiling gave, for the first instance.
    first: Mutex<Option<First>>,
    /// For the further ones.
    shared: Option<Shared>,
    /// In the order of the module's imports.
    pub(crate) rows: Vec<Row>,
    /// In the order of the module's exports.
    pub(crate) exports: Vec<String>,
    too_large: Option<String>,
}

/// A linked module with the thread that it was made on.
struct First {
    linked: Linked,
    thread: std::thread::ThreadId,
}

// SAFETY: taken out only by the thread that made it, unless the library lets stores move.
unsafe impl Send for First {}

impl CApiModule {
    pub(crate) fn new(
        runtime: String,
        library: &'static Opened,
        facts: &Arc<ModuleFacts>,
        wasm: Vec<u8>,
        too_large: Option<String>,
    ) -> Result<Self, String> {
        let linked = Linked::compile(&library.api, library.engine, &wasm)?;
        let rows = linked
            .imports()
            .iter()
            .map(|(module, name)| {
                Row::find(module, name).ok_or_else(|| {
                    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
                    format!("it imports {}.{}, unknown here", text(module), text(name))
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            runtime,
            library,
            facts: Arc::clone(facts),
            wasm,
            rows,
            exports: linked.exports(),
            shared: linked.share(),
            first: Mutex::new(Some(First {
                linked,
                thread: std::thread::current().id(),
            })),
            too_large,
        })
    }

    /// The module in a store that no other instance has.
    pub(crate) fn link(&self) -> Result<Linked, String> {
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        let here = std::thread::current().id();
        if let Some(found) = first.take_if(|first| self.library.moves || first.thread == here) {
            return Ok(found.linked);
        }
        drop(first);
        match &self.shared {
            Some(shared) => Linked::obtain(self.library.engine, shared),
            None => Linked::compile(&self.library.api, self.library.engine, &self.wasm),
        }
    }
}

/// The module as the catalogue sees it.
pub(crate) struct ModuleHandle(pub(crate) Arc<CApiModule>);

impl Module for ModuleHandle {
    fn serialize(&self) -> Result<Vec<u8>, EngineError> {
        Err(EngineError::Unsupported {
            runtime: self.0.runtime.clone(),
            what: "make artifacts: only an engine's own runtime does".to_owned(),
        })
    }

    fn code_bytes(&self) -> Option<u64> {
        None
    }

    fn instantiate(&self, host: Host) -> Result<Box<dyn Instance>, EngineError> {
        let instance = match &self.0.too_large {
            Some(reason) => Err(reason.clone()),
            None => contain(|| CApiInstance::new(&self.0, host)).and_then(|made| made),
        };
        match instance {
            Ok(instance) => Ok(Box::new(instance)),
            Err(reason) => Err(EngineError::Instantiate {
                runtime: self.0.runtime.clone(),
                reason,
            }),
        }
    }
}
