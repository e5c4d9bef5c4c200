//! What the host must know of a module before it compiles it.

use sha2::{Digest, Sha256};
use wasmparser::{ValType, Validator};

use super::outline::Outline;
use super::{FieldUse, ModuleError, checks, features};
use crate::abi::{AbiVersion, CallbackSet};

/// Allocators in the order of preference.
const ALLOCATORS: [&str; 2] = ["proxy_on_memory_allocate", "malloc"];
/// Start functions in the order of preference.
const STARTS: [&str; 3] = ["_initialize", "_start", "__wasm_call_ctors"];

/// What the host must know of a module before it compiles it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleFacts {
    /// The ABI version that the module was built for; of several, the newest.
    pub version: AbiVersion,
    /// The callbacks that it exports, with the right types.
    pub callbacks: CallbackSet,
    /// Those of them that have nothing to do: whether and when they are called makes no
    /// difference to the guest.
    pub idle: CallbackSet,
    /// The export that allocates guest memory.
    pub allocator: Option<&'static str>,
    /// The export to call once after instantiation.
    pub start: Option<&'static str>,
    /// What it imports, each once, in order.
    pub imports: Vec<Import>,
    /// What it can do with header fields.
    pub field_use: FieldUse,
    /// What it exports, in order.
    pub exports: Vec<NamedType>,
    /// The memory exported as `memory`; without one no host call can pass data.
    pub memory: Option<MemoryFacts>,
    /// What made the module, from its `producers` section.
    pub producers: Vec<Producer>,
    /// Features that the linker noted, e.g. `+simd128`.
    pub target_features: Vec<String>,
    /// The module's own name.
    pub name: Option<String>,
    /// SHA-256 of the file; zeros for the native twin.
    pub sha256: [u8; 32],
    /// Bytes of the file.
    pub module_bytes: u64,
    /// Bytes of the code section.
    pub code_bytes: u64,
    /// Bytes of custom sections: names, debug information.
    pub custom_bytes: u64,
    /// Functions that the module defines.
    pub functions: u64,
}

/// A function that a module imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Import module.
    pub module: String,
    /// Name in it.
    pub name: String,
    /// Type as text.
    pub ty: String,
}

/// A name and the text of its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedType {
    /// Name.
    pub name: String,
    /// Type as text, e.g. `func (i32) -> i32`.
    pub ty: String,
}

/// The size of a linear memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryFacts {
    /// Pages of 64 KiB at the start.
    pub minimum: u64,
    /// Pages that it may grow to.
    pub maximum: Option<u64>,
}

/// One value of the `producers` section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Producer {
    /// `language`, `processed-by` or `sdk`.
    pub field: String,
    /// Name of the language or tool.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl ModuleFacts {
    /// Validates a WebAssembly binary and reads its facts.
    ///
    /// # Errors
    /// Whatever makes it unfit for any Proxy-Wasm host.
    pub fn read(wasm: &[u8]) -> Result<Self, ModuleError> {
        checks::check_file(wasm)?;
        let invalid = |error: wasmparser::Error| ModuleError::Invalid {
            reason: error.to_string(),
        };
        Validator::new_with_features(features::all())
            .validate_all(wasm)
            .map_err(invalid)?;
        let outline = Outline::read(wasm).map_err(invalid)?;
        let version = checks::version(&outline)?;
        checks::check_imports(&outline)?;
        let imports = checks::imports(&outline);
        Ok(Self {
            version,
            callbacks: checks::callbacks(&outline, version)?,
            idle: checks::idle(&outline),
            allocator: checks::first_of(
                &outline,
                version,
                &ALLOCATORS,
                &[ValType::I32],
                &[ValType::I32],
            )?,
            start: checks::first_of(&outline, version, &STARTS, &[], &[])?,
            field_use: FieldUse::of(&imports),
            imports,
            exports: outline.named_exports(),
            memory: checks::memory(&outline, version)?,
            producers: outline.producers,
            target_features: outline.target_features,
            name: outline.name,
            sha256: Sha256::digest(wasm).into(),
            module_bytes: wasm.len() as u64,
            code_bytes: outline.code_bytes,
            custom_bytes: outline.custom_bytes,
            functions: outline.function_count,
        })
    }

    /// Facts of a native twin, which is no WebAssembly: what its symbols tell.
    pub fn native(
        version: AbiVersion,
        callbacks: CallbackSet,
        allocator: Option<&'static str>,
    ) -> Self {
        Self {
            version,
            callbacks,
            // Symbols do not tell.
            idle: CallbackSet::default(),
            allocator,
            start: None,
            // Symbols do not tell what it calls.
            field_use: FieldUse::Whole,
            imports: Vec::new(),
            exports: Vec::new(),
            memory: None,
            producers: Vec::new(),
            target_features: Vec::new(),
            name: None,
            sha256: [0; 32],
            module_bytes: 0,
            code_bytes: 0,
            custom_bytes: 0,
            functions: 0,
        }
    }

    /// Whether it may call the host function `name`: symbols of a native twin do not tell, so
    /// it may call any.
    pub fn may_call(&self, name: &str) -> bool {
        let is_native = self.module_bytes == 0;
        is_native || self.imports.iter().any(|import| import.name == name)
    }

    /// Names of the allocators in the order of preference.
    pub const fn allocator_names() -> &'static [&'static str] {
        &ALLOCATORS
    }
}
