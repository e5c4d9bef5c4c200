//! Why a module is unfit for any Proxy-Wasm host.

/// Why a module is unfit for any Proxy-Wasm host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModuleError {
    /// The file is too large to be a filter.
    #[error(
        "the module has {size} bytes, more than the {limit} that are allowed: strip debug sections"
    )]
    TooLarge {
        /// Bytes of the file.
        size: u64,
        /// Bytes that are allowed.
        limit: u64,
    },
    /// No WebAssembly at all.
    #[error("not a WebAssembly module: {reason}")]
    NotWasm {
        /// What it looks like, and the remedy.
        reason: String,
    },
    /// Malformed, or needs a proposal that no engine has.
    #[error("invalid WebAssembly: {reason}")]
    Invalid {
        /// The validator's words, with the offset.
        reason: String,
    },
    /// A native twin that cannot be opened or is no filter.
    #[error("the native twin cannot be used: {reason}")]
    Library {
        /// What is wrong, and the remedy.
        reason: String,
    },
    /// No export says which ABI version the module was built for.
    #[error(
        "no Proxy-Wasm ABI version: the module exports none of {markers}; build it with a \
         Proxy-Wasm SDK, and keep that export when linking"
    )]
    NoVersion {
        /// The exports that would say so.
        markers: String,
    },
    /// The ABI version is not one that this host implements.
    #[error(
        "unknown Proxy-Wasm ABI version: the module exports {marker}, this host implements {markers}"
    )]
    UnknownVersion {
        /// The export found.
        marker: String,
        /// The exports that are known.
        markers: String,
    },
    /// An export has another type than Proxy-Wasm gives it.
    #[error(
        "export {export} is {found}, Proxy-Wasm {version} wants {wanted}: build the module \
         with an SDK for the version that it names"
    )]
    ExportType {
        /// Name of the export.
        export: String,
        /// The module's ABI version.
        version: String,
        /// Its type.
        found: String,
        /// The type it must have.
        wanted: String,
    },
    /// Imports that no Proxy-Wasm host provides, or with another type.
    #[error("the module imports what this host does not provide:{}", listed(.0))]
    Imports(Vec<String>),
    /// The memory is imported.
    #[error("memory {0} is imported: a filter must bring its own, link without --import-memory")]
    ImportedMemory(String),
    /// The memory has a form that Proxy-Wasm cannot use.
    #[error(
        "the memory is {kind}: Proxy-Wasm knows one memory, 32 bits wide and not shared; {remedy}"
    )]
    Memory {
        /// What it is.
        kind: &'static str,
        /// What to do about it.
        remedy: &'static str,
    },
}

fn listed(lines: &[String]) -> String {
    lines.iter().map(|line| format!("\n  {line}")).collect()
}
