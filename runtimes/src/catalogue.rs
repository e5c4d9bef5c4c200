//! The list of runtimes.

use std::sync::LazyLock;

use host_core::{Engine, EngineError, EngineOptions};

use crate::engines::entries;
use crate::entry::RuntimeEntry;
use crate::nearest::suggestion;

static CATALOGUE: LazyLock<Vec<RuntimeEntry>> = LazyLock::new(|| entries().collect());

/// Every runtime that pwbench knows, in an order that does not change.
pub fn catalogue() -> &'static [RuntimeEntry] {
    &CATALOGUE
}

/// Id of the runtime that counts WebAssembly instructions for all others.
pub fn reference() -> &'static str {
    "wasmtime/cranelift"
}

/// The runtime with this id.
pub fn find(id: &str) -> Option<&'static RuntimeEntry> {
    catalogue().iter().find(|entry| entry.id == id)
}

/// Opens the runtime with this id.
///
/// # Errors
/// [`EngineError::Unavailable`]: where it cannot run, why; for an unknown id, the nearest
/// one and all others.
pub fn open(id: &str, options: EngineOptions) -> Result<Box<dyn Engine>, EngineError> {
    let Some(entry) = find(id) else {
        return Err(EngineError::Unavailable {
            runtime: id.to_owned(),
            reason: "there is no runtime of that name".to_owned(),
            remedy: suggestion(id),
        });
    };
    entry.open(options)
}
