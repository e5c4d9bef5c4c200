//! A person's own workload, from files.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::digest::sha256;
use crate::error::WorkloadError;
use crate::native_twin::NativeTwin;
use crate::traffic::{Exchange, parse_traffic};
use crate::workload::{Model, Workload};

/// The largest module taken, in bytes.
pub const MAX_MODULE_BYTES: u64 = 256 << 20;

/// The largest plugin configuration taken, in bytes.
pub const MAX_CONFIGURATION_BYTES: u64 = 16 << 20;

/// The largest traffic file taken, in bytes.
pub const MAX_TRAFFIC_BYTES: u64 = 1 << 30;

/// The largest model for wasi-nn taken, in bytes.
pub const MAX_MODEL_BYTES: u64 = 1 << 30;

/// The largest `workload.toml` taken, in bytes.
pub(crate) const MAX_MANIFEST_BYTES: u64 = 1 << 20;

/// The largest native twin taken, in bytes.
const MAX_LIBRARY_BYTES: u64 = 256 << 20;

/// The exchanges of a traffic file (HAR or JSON lines).
///
/// # Errors
/// When it cannot be read, is too large, or is not what it should be.
pub fn read_traffic(file: &Path) -> Result<Vec<Exchange>, WorkloadError> {
    let bytes = read(file, "traffic", MAX_TRAFFIC_BYTES)?;
    Ok(parse_traffic(&file.display().to_string(), &bytes)?)
}

impl Workload {
    /// A workload from a module, its plugin configuration (any format, handed on
    /// as it is; `None` is empty) and a traffic file (HAR or JSON lines).
    ///
    /// `name` is by default the module's file name without its extension. The
    /// root id is empty: set [`Workload::root_id`] for a module that needs one.
    ///
    /// # Errors
    /// When a file cannot be read, is too large, or is not what it should be.
    pub fn from_files(
        module: &Path,
        configuration: Option<&Path>,
        requests: &Path,
        name: Option<&str>,
    ) -> Result<Self, WorkloadError> {
        let module_bytes = read(module, "a module", MAX_MODULE_BYTES)?;
        check_module(module, &module_bytes)?;
        let configuration = match configuration {
            Some(file) => read(file, "a plugin configuration", MAX_CONFIGURATION_BYTES)?,
            None => Vec::new(),
        };
        let exchanges = read_traffic(requests)?;
        let stem = module.file_stem().map(|stem| stem.to_string_lossy());
        let name = name.map_or_else(
            || stem.unwrap_or("module".into()).into_owned(),
            str::to_owned,
        );
        Ok(Self {
            title: name.clone(),
            description: format!("The module {}", module.display()),
            root_id: String::new(),
            configuration,
            inference: None,
            models: Vec::new(),
            exchanges,
            variant: "given".into(),
            language: String::new(),
            toolchain: String::new(),
            flags: String::new(),
            module_sha256: sha256(&module_bytes),
            module: module_bytes.into(),
            name,
            twin: NativeTwin::of_unknown_source(),
        })
    }

    /// The same workload with a native twin from a shared library.
    ///
    /// # Errors
    /// When the file cannot be read or is too large.
    pub fn with_native_twin(mut self, library: &Path) -> Result<Self, WorkloadError> {
        let bytes = read(library, "a native twin", MAX_LIBRARY_BYTES)?;
        self.twin = NativeTwin::Available {
            library: Cow::Owned(bytes),
        };
        Ok(self)
    }

    /// The same workload with one more model, an ONNX file, that the module finds by this
    /// name through wasi-nn.
    ///
    /// # Errors
    /// When the file cannot be read or is too large.
    pub fn with_model(mut self, name: &str, file: &Path) -> Result<Self, WorkloadError> {
        self.models.push(Model {
            name: name.to_owned(),
            file: file.to_path_buf(),
            bytes: read(file, "a model", MAX_MODEL_BYTES)?.into(),
        });
        Ok(self)
    }
}

/// Reads a file that has at most `limit` bytes.
pub(crate) fn read(file: &Path, what: &'static str, limit: u64) -> Result<Vec<u8>, WorkloadError> {
    let fault = |source| WorkloadError::Read {
        file: file.to_path_buf(),
        source,
    };
    let mut bytes = Vec::new();
    // The length a file claims says nothing about pipes and devices.
    let reader = File::open(file).map_err(fault)?;
    reader
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(fault)?;
    if bytes.len() as u64 > limit {
        return Err(WorkloadError::TooLarge {
            file: file.to_path_buf(),
            what,
            limit,
        });
    }
    Ok(bytes)
}

/// Refuses what is easily mistaken for a module; engines check the rest.
pub(crate) fn check_module(file: &Path, bytes: &[u8]) -> Result<(), WorkloadError> {
    const MODULE: &[u8] = b"\0asm\x01\0\0\0";
    const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
    if bytes.starts_with(MODULE) {
        return Ok(());
    }
    let (found, remedy) = if bytes.starts_with(COMPONENT) {
        (
            "a component",
            "build the plugin for wasm32-wasip1, not wasip2",
        )
    } else if bytes.trim_ascii_start().starts_with(b"(module") {
        (
            "WebAssembly text",
            "turn it into a binary with wat2wasm or wasm-tools parse",
        )
    } else if bytes.starts_with(b"\x7fELF") {
        (
            "a native library or program",
            "give the .wasm file; a native twin goes with --native-twin",
        )
    } else if bytes.starts_with(b"\x1f\x8b") {
        ("a gzip file", "unpack it first")
    } else if bytes.is_empty() {
        ("an empty file", "build the plugin again")
    } else {
        (
            "something else",
            "give the .wasm file that the plugin's build makes",
        )
    };
    Err(WorkloadError::NotAModule {
        file: file.to_path_buf(),
        found,
        remedy,
    })
}
