//! A workload, whether built in or a person's own.

use std::borrow::Cow;
use std::path::PathBuf;

use crate::native_twin::NativeTwin;
use crate::traffic::Exchange;

/// A module, its plugin configuration, its traffic and the outcomes expected.
#[derive(Debug, Clone)]
pub struct Workload {
    /// The name that commands and results use.
    pub name: String,
    /// The name a report shows.
    pub title: String,
    /// One sentence on what it does and what it weighs on.
    pub description: String,
    /// The `plugin_root_id` property; may be empty.
    pub root_id: String,
    /// The plugin configuration, as the module gets it; may be empty.
    pub configuration: Vec<u8>,
    /// The traffic, in order.
    pub exchanges: Vec<Exchange>,
    /// The name of the variant that `module` is of.
    pub variant: String,
    /// The variant's source language; empty when unknown.
    pub language: String,
    /// Compiler and SDK of the variant with their versions; empty when unknown.
    pub toolchain: String,
    /// The optimisations asked for; empty when unknown.
    pub flags: String,
    /// The module measured.
    pub module: Cow<'static, [u8]>,
    /// The module's sha256 in lower-case hexadecimal.
    pub module_sha256: String,
    /// The backend of wasi-nn that the variant asks for, by its name; `None` leaves the
    /// choice to the host.
    pub inference: Option<String>,
    /// ONNX models that the module finds by their names.
    pub models: Vec<Model>,
    /// The same source compiled natively.
    pub twin: NativeTwin,
}

/// An ONNX model that a module finds by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The name.
    pub name: String,
    /// The ONNX file, as messages name it.
    pub file: PathBuf,
    /// What the file holds.
    pub bytes: Cow<'static, [u8]>,
}

/// A workload as a list shows it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The name that commands and results use.
    pub name: String,
    /// The name a report shows.
    pub title: String,
    /// How many exchanges its traffic has.
    pub exchanges: usize,
    /// Every variant there is, the default one first.
    pub variants: Vec<Variant>,
    /// The same source compiled natively.
    pub twin: NativeTwin,
}

/// The same workload from another language or with other flags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// The name that commands and results use.
    pub name: String,
    /// Groups of variants that it is measured with.
    pub groups: Vec<String>,
    /// The source language; empty when unknown.
    pub language: String,
    /// Compiler and SDK with their versions; empty when unknown.
    pub toolchain: String,
    /// The optimisations asked for; empty when unknown.
    pub flags: String,
    /// The module's size; `None` where it is not built.
    pub module_bytes: Option<u64>,
    /// Why there is no module of it here.
    pub missing: Option<Missing>,
}

/// Why there is no module of a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// What is the matter.
    pub reason: String,
    /// The command that gets it.
    pub remedy: String,
}
