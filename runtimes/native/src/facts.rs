//! A library's facts, read from its symbols.

use host_core::abi::{AbiVersion, Callback};
use host_core::{ModuleError, ModuleFacts};

use crate::library::LibraryCopy;

/// What the Rust SDK's `main!` makes, and what C++ SDKs name it.
const STARTS: [&str; 2] = ["_initialize", "_start"];

pub(crate) fn read(bytes: &[u8]) -> Result<ModuleFacts, ModuleError> {
    let library = LibraryCopy::open(bytes).map_err(|reason| ModuleError::Library { reason })?;
    let version = AbiVersion::ALL
        .into_iter()
        .rev()
        .find(|version| library.has(version.marker()));
    let Some(version) = version else {
        let markers = AbiVersion::ALL.map(AbiVersion::marker).join(", ");
        return Err(ModuleError::NoVersion { markers });
    };
    let present = |name: &&'static str| library.has(name);
    let callbacks = Callback::ALL
        .iter()
        .copied()
        .filter(|callback| library.has(callback.export()))
        .collect();
    let allocator = ModuleFacts::allocator_names().iter().copied().find(present);
    let mut facts = ModuleFacts::native(version, callbacks, allocator);
    facts.start = STARTS.into_iter().find(present);
    facts.module_bytes = bytes.len() as u64;
    Ok(facts)
}
