//! What the host must know of a module before it compiles it.

use wasmparser::{ValType, Validator};

use super::ModuleError;
use super::features;
use super::functions::describe;
use super::outline::{Outline, RawExport, RawKind};
use super::strangers::complaint;
use crate::abi::{AbiVersion, Callback, CallbackSet};

/// Bytes that a module may have.
const SIZE_LIMIT: u64 = 256 << 20;
/// How an ABI marker's name begins.
const MARKER: &str = "proxy_abi_version_";
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
    /// The export that allocates guest memory.
    pub allocator: Option<&'static str>,
    /// The export to call once after instantiation.
    pub start: Option<&'static str>,
    /// What it imports, each once, in order.
    pub imports: Vec<Import>,
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
        check_file(wasm)?;
        let invalid = |error: wasmparser::Error| ModuleError::Invalid {
            reason: error.to_string(),
        };
        Validator::new_with_features(features::all())
            .validate_all(wasm)
            .map_err(invalid)?;
        let outline = Outline::read(wasm).map_err(invalid)?;
        let version = version(&outline)?;
        check_imports(&outline)?;
        Ok(Self {
            version,
            callbacks: callbacks(&outline, version)?,
            allocator: first_of(
                &outline,
                version,
                &ALLOCATORS,
                &[ValType::I32],
                &[ValType::I32],
            )?,
            start: first_of(&outline, version, &STARTS, &[], &[])?,
            imports: imports(&outline),
            exports: outline.named_exports(),
            memory: memory(&outline, version)?,
            producers: outline.producers,
            target_features: outline.target_features,
            name: outline.name,
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
            allocator,
            start: None,
            imports: Vec::new(),
            exports: Vec::new(),
            memory: None,
            producers: Vec::new(),
            target_features: Vec::new(),
            name: None,
            module_bytes: 0,
            code_bytes: 0,
            custom_bytes: 0,
            functions: 0,
        }
    }

    /// Names of the allocators in the order of preference.
    pub const fn allocator_names() -> &'static [&'static str] {
        &ALLOCATORS
    }
}

fn check_file(bytes: &[u8]) -> Result<(), ModuleError> {
    let size = bytes.len() as u64;
    if size > SIZE_LIMIT {
        return Err(ModuleError::TooLarge {
            size,
            limit: SIZE_LIMIT,
        });
    }
    let reason = if bytes.is_empty() {
        "the file is empty"
    } else if bytes.trim_ascii_start().starts_with(b"(") {
        "it looks like the text format, assemble it first, e.g. with wat2wasm"
    } else if !bytes.starts_with(b"\0asm") {
        "it does not begin with the bytes 00 61 73 6d"
    } else if bytes.len() < 8 {
        "the file ends within its header"
    } else if bytes[4..8] == [0x0d, 0, 1, 0] {
        "it is a component, build a core module, e.g. for wasm32-wasip1"
    } else {
        return Ok(());
    };
    Err(ModuleError::NotWasm {
        reason: reason.to_owned(),
    })
}

fn version(outline: &Outline) -> Result<AbiVersion, ModuleError> {
    let markers = AbiVersion::ALL.map(AbiVersion::marker).join(", ");
    let found = || {
        outline
            .exports
            .iter()
            .filter(|export| export.name.starts_with(MARKER))
    };
    if let Some(newest) = found()
        .filter_map(|export| AbiVersion::from_marker(&export.name))
        .max()
    {
        return Ok(newest);
    }
    Err(match found().next() {
        Some(export) => ModuleError::UnknownVersion {
            marker: export.name.clone(),
            markers,
        },
        None => ModuleError::NoVersion { markers },
    })
}

fn check_imports(outline: &Outline) -> Result<(), ModuleError> {
    if let Some(memory) = outline
        .imports
        .iter()
        .find(|import| matches!(import.kind, RawKind::Memory))
    {
        return Err(ModuleError::ImportedMemory(format!(
            "{}.{}",
            memory.module, memory.name
        )));
    }
    let mut complaints: Vec<String> = Vec::new();
    for complaint in outline.imports.iter().filter_map(complaint) {
        if !complaints.contains(&complaint) {
            complaints.push(complaint);
        }
    }
    if complaints.is_empty() {
        Ok(())
    } else {
        Err(ModuleError::Imports(complaints))
    }
}

fn imports(outline: &Outline) -> Vec<Import> {
    let mut imports: Vec<Import> = Vec::new();
    for import in &outline.imports {
        let ty = match &import.kind {
            RawKind::Function(ty) => describe(ty.params(), ty.results()),
            RawKind::Memory => "memory".to_owned(),
            RawKind::Other(kind) => (*kind).to_owned(),
        };
        let import = Import {
            module: import.module.clone(),
            name: import.name.clone(),
            ty,
        };
        // Go lists the same import several times.
        if !imports.contains(&import) {
            imports.push(import);
        }
    }
    imports
}

fn callbacks(outline: &Outline, version: AbiVersion) -> Result<CallbackSet, ModuleError> {
    let mut callbacks = CallbackSet::default();
    for export in &outline.exports {
        let Some(callback) = Callback::from_export(&export.name) else {
            continue;
        };
        let signature = callback.signature(version);
        let params = vec![ValType::I32; usize::from(signature.params)];
        let results: &[ValType] = if signature.result {
            &[ValType::I32]
        } else {
            &[]
        };
        check_type(outline, export, version, &params, results)?;
        callbacks.insert(callback);
    }
    Ok(callbacks)
}

fn first_of(
    outline: &Outline,
    version: AbiVersion,
    names: &[&'static str],
    params: &[ValType],
    results: &[ValType],
) -> Result<Option<&'static str>, ModuleError> {
    for name in names {
        if let Some(export) = outline.export(name) {
            check_type(outline, export, version, params, results)?;
            return Ok(Some(name));
        }
    }
    Ok(None)
}

fn check_type(
    outline: &Outline,
    export: &RawExport,
    version: AbiVersion,
    params: &[ValType],
    results: &[ValType],
) -> Result<(), ModuleError> {
    let fits = |ty: &wasmparser::FuncType| ty.params() == params && ty.results() == results;
    if outline.function(export).is_some_and(fits) {
        return Ok(());
    }
    Err(ModuleError::ExportType {
        export: export.name.clone(),
        version: version.to_string(),
        found: outline.describe(export),
        wanted: describe(params, results),
    })
}

fn memory(outline: &Outline, version: AbiVersion) -> Result<Option<MemoryFacts>, ModuleError> {
    for memory in &outline.memories {
        let (kind, remedy) = if memory.memory64 {
            ("64 bits wide", "build for wasm32")
        } else if memory.shared {
            ("shared between threads", "build without threads")
        } else if memory.page_size_log2.is_some_and(|log2| log2 != 16) {
            (
                "divided into pages of its own size",
                "build with pages of 64 KiB",
            )
        } else {
            continue;
        };
        return Err(ModuleError::Memory { kind, remedy });
    }
    let Some(export) = outline.export("memory") else {
        return Ok(None);
    };
    match outline.memory(export) {
        Some(memory) => Ok(Some(MemoryFacts {
            minimum: memory.initial,
            maximum: memory.maximum,
        })),
        None => Err(ModuleError::ExportType {
            export: export.name.clone(),
            version: version.to_string(),
            found: outline.describe(export),
            wanted: "a memory".to_owned(),
        }),
    }
}
