//! A loaded module, ready to be instantiated.

use std::ffi::c_int;
use std::sync::Arc;

use host_core::{EngineError, EngineOptions, Host, Instance, Module, ModuleFacts, contain};

use crate::deadline::Watch;
use crate::instance::WamrInstance;
use crate::library::Library;
use crate::loaded::Loaded;
use crate::mode::Mode;

/// A module of one engine.
pub(crate) struct WamrModule {
    pub(crate) mode: Mode,
    pub(crate) options: EngineOptions,
    pub(crate) library: &'static Library,
    pub(crate) loaded: Arc<Loaded>,
    pub(crate) facts: Arc<ModuleFacts>,
    /// Bytes of stack for WAMR's own frames.
    pub(crate) stack: u32,
    /// The mode that instances must be in, where WAMR tells it.
    pub(crate) running_mode: Option<c_int>,
    /// Whether the start section was made an export.
    pub(crate) start_exported: bool,
    /// Present with a deadline.
    pub(crate) watch: Option<Arc<Watch>>,
    /// Sealed, where this process compiled it.
    pub(crate) artifact: Option<Vec<u8>>,
    /// Bytes of machine code, where WAMR tells.
    pub(crate) code_bytes: Option<u64>,
}

impl Module for WamrModule {
    fn serialize(&self) -> Result<Vec<u8>, EngineError> {
        self.artifact
            .clone()
            .ok_or_else(|| EngineError::Unsupported {
                runtime: self.mode.runtime(),
                what: match self.mode {
                    Mode::Aot => "make an artifact of a module that was itself loaded from one",
                    _ => "make artifacts: wamr/aot does",
                }
                .to_owned(),
            })
    }

    fn code_bytes(&self) -> Option<u64> {
        self.code_bytes
    }

    fn instantiate(&self, host: Host) -> Result<Box<dyn Instance>, EngineError> {
        let instance = contain(|| WamrInstance::new(self, host))
            .and_then(|instance| instance)
            .map_err(|reason| EngineError::Instantiate {
                runtime: self.mode.runtime(),
                reason,
            })?;
        Ok(Box::new(instance))
    }
}
