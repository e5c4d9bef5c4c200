//! Modules that scripts/build-workloads built on this machine: in the user's cache folder,
//! beside a manifest that says of what each is made.

use std::fs;
use std::path::PathBuf;

use serde::Deserialize;

use crate::digest::sha256;
use crate::files::{MAX_MODULE_BYTES, read};
use crate::manifest::ManifestVariant;
use crate::workload::Missing;

/// `manifest.toml`, as scripts/build-workloads writes it.
#[derive(Deserialize)]
struct BuiltModules {
    #[serde(default, rename = "module")]
    modules: Vec<Entry>,
}

/// What is read of an entry; there is more in it for people.
#[derive(Deserialize)]
struct Entry {
    file: String,
    source_sha256: String,
    toolchain: String,
    flags: String,
    wasm_opt: String,
    bytes: u64,
    sha256: String,
}

/// A module that was built here.
pub(crate) struct Built {
    file: PathBuf,
    sha256: String,
    /// Compilers and their versions.
    pub(crate) toolchain: String,
    /// Its size.
    pub(crate) bytes: u64,
}

/// The module of a variant, if there is one of these very sources and flags.
pub(crate) fn built(
    workload: &str,
    variant: &ManifestVariant,
    source_sha256: &str,
) -> Result<Built, Missing> {
    let missing = |reason: &str| missing(workload, variant, reason);
    let Some(folder) = folder() else {
        return Err(missing("neither XDG_CACHE_HOME nor HOME is set"));
    };
    let name = format!("{workload}-{}.wasm", variant.name);
    let text = fs::read_to_string(folder.join("manifest.toml")).unwrap_or_default();
    let modules: BuiltModules = match toml::from_str(&text) {
        Ok(modules) => modules,
        Err(_) => return Err(missing("the cache's manifest is broken")),
    };
    let mut entries = modules.modules.into_iter();
    let Some(entry) = entries.find(|entry| entry.file == name) else {
        return Err(missing("its module is not built here"));
    };
    if entry.source_sha256 != source_sha256 {
        return Err(missing("its module was built from other sources"));
    }
    let wanted = match variant.wasm_opt.as_str() {
        "" => "none",
        options => options,
    };
    if entry.flags != variant.flags || entry.wasm_opt != wanted {
        return Err(missing("its module was built with other flags"));
    }
    let file = folder.join(name);
    if fs::metadata(&file).map(|file| file.len()).ok() != Some(entry.bytes) {
        return Err(missing("its module is not the one that was built"));
    }
    Ok(Built {
        file,
        sha256: entry.sha256,
        toolchain: entry.toolchain,
        bytes: entry.bytes,
    })
}

impl Built {
    /// The module, when it is still the one that was built.
    pub(crate) fn read(
        &self,
        workload: &str,
        variant: &ManifestVariant,
    ) -> Result<Vec<u8>, Missing> {
        let bytes = read(&self.file, "a module", MAX_MODULE_BYTES)
            .map_err(|error| missing(workload, variant, &error.to_string()))?;
        if sha256(&bytes) != self.sha256 {
            let reason = "its module is not the one that was built";
            return Err(missing(workload, variant, reason));
        }
        Ok(bytes)
    }
}

fn missing(workload: &str, variant: &ManifestVariant, reason: &str) -> Missing {
    Missing {
        reason: reason.to_owned(),
        remedy: format!("scripts/build-workloads {workload} {}", variant.name),
    }
}

/// Where scripts/build-workloads keeps what it built on demand.
fn folder() -> Option<PathBuf> {
    let named = |name| {
        let value = std::env::var_os(name).filter(|value| !value.is_empty())?;
        Some(PathBuf::from(value))
    };
    let base = named("XDG_CACHE_HOME").or_else(|| Some(named("HOME")?.join(".cache")))?;
    Some(base.join("pwbench/workloads"))
}
