//! A parsed module, its imports found once for all instances.

use std::sync::Arc;

use host_core::{EngineError, EngineOptions, Host, Instance, Module, ModuleFacts, contain};
use tinywasm::types::{ExternalKind, LocalMemoryAllocation, ModuleInner};

use crate::imports::{Maker, maker};
use crate::info::RUNTIME;
use crate::instance::TinywasmInstance;

/// Table elements that a VM may have: enough for any real module, and a bound on what
/// `table.grow` can take.
const TABLE_ELEMENTS: u64 = 1 << 20;

/// A module ready to be instantiated.
pub(crate) struct TinywasmModule {
    pub(crate) options: EngineOptions,
    pub(crate) module: tinywasm::Module,
    /// Each import's module, name and maker.
    pub(crate) imports: Vec<(String, String, Maker)>,
    /// Which of the module's memories is exported as `memory`.
    pub(crate) memory: Option<usize>,
    pub(crate) facts: Arc<ModuleFacts>,
}

impl TinywasmModule {
    pub(crate) fn link(
        module: &tinywasm::Module,
        options: EngineOptions,
        facts: &Arc<ModuleFacts>,
    ) -> Result<Self, String> {
        let mut imports = Vec::new();
        for import in &facts.imports {
            let (module, name) = (&import.module, &import.name);
            let Some(maker) = maker(module, name) else {
                return Err(format!("it imports {module}.{name}, unknown here"));
            };
            imports.push((module.clone(), name.clone(), maker));
        }
        let memory = module
            .exports
            .iter()
            .find(|export| &*export.name == "memory" && export.kind == ExternalKind::Memory);
        Ok(Self {
            options,
            module: limited(module)?,
            imports,
            memory: memory.map(|export| export.index as usize),
            facts: Arc::clone(facts),
        })
    }
}

/// The module with its tables' maxima lowered to the limit, and its memories made at once
/// instead of at their first use, which a host call might be.
fn limited(module: &tinywasm::Module) -> Result<tinywasm::Module, String> {
    let mut inner = ModuleInner::clone(module);
    inner.local_memory_allocation = LocalMemoryAllocation::Eager;
    for table in &mut inner.table_types {
        if table.size_initial > TABLE_ELEMENTS {
            return Err(format!(
                "the module wants {} table elements at least, and the limit is {TABLE_ELEMENTS}",
                table.size_initial
            ));
        }
        let maximum = table.size_max.unwrap_or(TABLE_ELEMENTS);
        table.size_max = Some(maximum.min(TABLE_ELEMENTS));
    }
    Ok(inner.into())
}

impl Module for TinywasmModule {
    fn serialize(&self) -> Result<Vec<u8>, EngineError> {
        Err(EngineError::Unsupported {
            runtime: RUNTIME.to_owned(),
            what: "make artifacts".to_owned(),
        })
    }

    fn code_bytes(&self) -> Option<u64> {
        None
    }

    fn instantiate(&self, host: Host) -> Result<Box<dyn Instance>, EngineError> {
        let refused = |reason| EngineError::Instantiate {
            runtime: RUNTIME.to_owned(),
            reason,
        };
        let instance = contain(|| TinywasmInstance::new(self, host))
            .map_err(refused)?
            .map_err(|error| refused(error.to_string()))?;
        Ok(Box::new(instance))
    }
}
