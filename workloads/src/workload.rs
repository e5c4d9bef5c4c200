//! A workload, whether built in or a person's own.

use std::borrow::Cow;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::error::WorkloadError;
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
    /// The module measured.
    pub module: Cow<'static, [u8]>,
    /// The module's sha256 in lower-case hexadecimal.
    pub module_sha256: String,
    /// The backend of wasi-nn that the variant asks for, by its name; `None` leaves the
    /// choice to the host.
    pub inference: Option<String>,
    /// ONNX models that the module finds by their names.
    pub models: Vec<Model>,
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
    /// The source language; empty when unknown.
    pub language: String,
    /// Compiler and SDK with their versions; empty when unknown.
    pub toolchain: String,
    /// The optimisations asked for; empty when unknown.
    pub flags: String,
    /// The plugin configuration, as the module gets it; may be empty.
    pub configuration: Cow<'static, [u8]>,
    /// The backend of wasi-nn that it asks for, by its name.
    pub inference: Option<String>,
    /// The module.
    pub module: Cow<'static, [u8]>,
    /// The module's sha256 in lower-case hexadecimal.
    pub module_sha256: String,
}

/// An ONNX model that a module finds by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The name.
    pub name: String,
    /// The ONNX file.
    pub bytes: Cow<'static, [u8]>,
}

impl Workload {
    /// The same workload with another of its variants to measure.
    ///
    /// # Errors
    /// When there is no such variant; the error lists those there are.
    pub fn with_variant(mut self, name: &str) -> Result<Self, WorkloadError> {
        let Some(variant) = self.variants.iter().find(|variant| variant.name == name) else {
            let known: Vec<&str> = self.variants.iter().map(|v| v.name.as_str()).collect();
            return Err(WorkloadError::UnknownVariant {
                known: known.join(", "),
                workload: self.name,
                name: name.to_owned(),
            });
        };
        self.variant = variant.name.clone();
        self.configuration = variant.configuration.to_vec();
        self.inference = variant.inference.clone();
        self.module = variant.module.clone();
        self.module_sha256 = variant.module_sha256.clone();
        Ok(self)
    }
}

/// sha256 in lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
