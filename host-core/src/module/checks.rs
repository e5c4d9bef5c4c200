//! What a module must be to run as a filter.

use wasmparser::{FuncType, ValType};

use super::functions::describe;
use super::outline::{Outline, RawExport, RawKind};
use super::strangers::complaint;
use super::{Import, MemoryFacts, ModuleError};
use crate::abi::{AbiVersion, Callback, CallbackSet};

/// Bytes that a module may have.
const SIZE_LIMIT: u64 = 256 << 20;
/// How an ABI marker's name begins.
const MARKER: &str = "proxy_abi_version_";

pub(super) fn check_file(bytes: &[u8]) -> Result<(), ModuleError> {
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
        "it does not begin with the bytes 00 61 73 6d; give the compiled .wasm file of a plugin"
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

pub(super) fn version(outline: &Outline) -> Result<AbiVersion, ModuleError> {
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

pub(super) fn check_imports(outline: &Outline) -> Result<(), ModuleError> {
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

pub(super) fn imports(outline: &Outline) -> Vec<Import> {
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

pub(super) fn callbacks(
    outline: &Outline,
    version: AbiVersion,
) -> Result<CallbackSet, ModuleError> {
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

/// The exported callbacks that have nothing to do.
pub(super) fn idle(outline: &Outline) -> CallbackSet {
    let idle = |export: &&RawExport| outline.is_idle(export);
    let exports = outline.exports.iter().filter(idle);
    exports
        .filter_map(|export| Callback::from_export(&export.name))
        .collect()
}

pub(super) fn first_of(
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
    let fits = |ty: &FuncType| ty.params() == params && ty.results() == results;
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

/// The memory that host calls read and write. Further memories are the guest's own business,
/// except shared ones: a guest that waits on one cannot be ended.
pub(super) fn memory(
    outline: &Outline,
    version: AbiVersion,
) -> Result<Option<MemoryFacts>, ModuleError> {
    if outline.memories.iter().any(|memory| memory.shared) {
        return Err(ModuleError::Memory {
            kind: "shared between threads",
            remedy: "build without threads",
        });
    }
    let Some(export) = outline.export("memory") else {
        return Ok(None);
    };
    let Some(memory) = outline.memory(export) else {
        return Err(ModuleError::ExportType {
            export: export.name.clone(),
            version: version.to_string(),
            found: outline.describe(export),
            wanted: "a memory".to_owned(),
        });
    };
    let (kind, remedy) = if memory.memory64 {
        ("64 bits wide", "build for wasm32")
    } else if memory.page_size_log2.is_some_and(|log2| log2 != 16) {
        (
            "divided into pages of its own size",
            "build with pages of 64 KiB",
        )
    } else {
        return Ok(Some(MemoryFacts {
            minimum: memory.initial,
            maximum: memory.maximum,
        }));
    };
    Err(ModuleError::Memory { kind, remedy })
}
