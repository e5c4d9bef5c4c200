//! `workload.toml`: what a workload folder holds. The build script reads it with this file
//! too, so that a folder which the build takes is one that a person may also name.

use std::path::PathBuf;

use serde::Deserialize;

/// A workload folder's `workload.toml`. Paths are relative to the folder.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// How commands and results call it.
    pub(crate) name: String,
    /// How a report calls it.
    pub(crate) title: String,
    /// What it does and what it weighs on.
    pub(crate) description: String,
    /// The plugin's root id; may be empty.
    pub(crate) root_id: String,
    /// Of every variant that names none of its own.
    pub(crate) configuration: Option<PathBuf>,
    /// Exchanges with their outcomes, as JSON lines.
    pub(crate) traffic: PathBuf,
    /// Whether the quick preset measures it without being told its name.
    #[serde(default = "yes")]
    pub(crate) quick: bool,
    /// The modules; the first is the one measured by default.
    #[serde(rename = "variant")]
    pub(crate) variants: Vec<ManifestVariant>,
    /// Models for wasi-nn.
    #[serde(default, rename = "model")]
    pub(crate) models: Vec<ManifestModel>,
}

/// A model that guests find by its name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ManifestModel {
    /// The name.
    pub(crate) name: String,
    /// The ONNX file.
    pub(crate) file: PathBuf,
}

/// One module of a workload.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ManifestVariant {
    /// How commands and results call it.
    pub(crate) name: String,
    /// Groups of variants that it is measured with.
    #[serde(default)]
    pub(crate) groups: Vec<String>,
    /// A variant before this one, which gives the fields that this one leaves out.
    pub(crate) of: Option<String>,
    /// The source language.
    #[serde(default)]
    pub(crate) language: String,
    /// Compiler and SDK with their versions.
    #[serde(default)]
    pub(crate) toolchain: String,
    /// What the compiler is asked for.
    #[serde(default)]
    pub(crate) flags: String,
    /// What wasm-opt is asked for afterwards; empty without it.
    #[serde(default)]
    pub(crate) wasm_opt: String,
    /// The module; without it scripts/build-workloads builds one into the cache.
    pub(crate) module: Option<PathBuf>,
    /// Its own plugin configuration.
    pub(crate) configuration: Option<PathBuf>,
    /// The backend of wasi-nn, by its name.
    pub(crate) inference: Option<String>,
    /// The guest crate or source folder.
    pub(crate) source: Option<PathBuf>,
    /// The Rust target, for scripts/build-workloads only.
    pub(crate) target: Option<String>,
}

fn yes() -> bool {
    true
}

/// What is wrong with a `workload.toml`.
#[derive(Debug)]
pub(crate) struct ManifestFault {
    /// The field.
    pub(crate) field: String,
    /// What is wrong with it.
    pub(crate) reason: String,
    /// What to do.
    pub(crate) remedy: &'static str,
}

impl ManifestFault {
    fn new(field: impl Into<String>, reason: impl Into<String>, remedy: &'static str) -> Self {
        Self {
            field: field.into(),
            reason: reason.into(),
            remedy,
        }
    }
}

impl Manifest {
    /// Reads the text of a `workload.toml`.
    pub(crate) fn parse(text: &str) -> Result<Self, ManifestFault> {
        let mut manifest: Self = toml::from_str(text).map_err(|error| {
            let reason = error.to_string().trim_end().replace('\n', " ");
            ManifestFault::new("", reason, "workloads/README.md has the fields")
        })?;
        let words = manifest.description.split_whitespace();
        manifest.description = words.collect::<Vec<_>>().join(" ");
        manifest.check()?;
        Ok(manifest)
    }

    /// The variant whose crate the build also compiles for the host.
    pub(crate) fn twin_source(&self) -> Option<&ManifestVariant> {
        let mut variants = self.variants.iter();
        variants.find(|variant| variant.language == "Rust" && variant.source.is_some())
    }

    fn check(&mut self) -> Result<(), ManifestFault> {
        let plain = |name: &str| {
            let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            !name.is_empty() && name.chars().all(good)
        };
        let spelling = "use small letters, digits and '-'";
        if !plain(&self.name) {
            let reason = format!("'{}' is not a name", self.name);
            return Err(ManifestFault::new("name", reason, spelling));
        }
        if self.variants.is_empty() {
            let remedy = "give at least one [[variant]]";
            return Err(ManifestFault::new("variant", "there is none", remedy));
        }
        for at in 0..self.variants.len() {
            let (before, rest) = self.variants.split_at_mut(at);
            let variant = &mut rest[0];
            let name = variant.name.clone();
            let place = |field: &str| format!("variant '{name}', {field}");
            if !plain(&name) {
                let reason = format!("'{name}' is not a name");
                return Err(ManifestFault::new("variant.name", reason, spelling));
            }
            if before.iter().any(|other| other.name == name) {
                let remedy = "give each variant its own";
                return Err(ManifestFault::new(
                    place("name"),
                    "it is the second of this name",
                    remedy,
                ));
            }
            if let Some(of) = variant.of.clone() {
                let Some(base) = before.iter().find(|other| other.name == of) else {
                    let reason = format!("no variant before it is named '{of}'");
                    return Err(ManifestFault::new(place("of"), reason, "name one above it"));
                };
                variant.inherit(base);
            }
            if variant.configuration.is_none() {
                variant.configuration.clone_from(&self.configuration);
            }
            if variant.module.is_none() && variant.source.is_none() {
                let remedy = "give the module, or the source that it is built from";
                return Err(ManifestFault::new(place("module"), "there is none", remedy));
            }
        }
        Ok(())
    }
}

impl ManifestVariant {
    fn inherit(&mut self, base: &Self) {
        for (own, theirs) in [
            (&mut self.language, &base.language),
            (&mut self.toolchain, &base.toolchain),
            (&mut self.flags, &base.flags),
        ] {
            if own.is_empty() {
                own.clone_from(theirs);
            }
        }
        for (own, theirs) in [
            (&mut self.configuration, &base.configuration),
            (&mut self.source, &base.source),
        ] {
            if own.is_none() {
                own.clone_from(theirs);
            }
        }
        if self.inference.is_none() {
            self.inference.clone_from(&base.inference);
        }
        if self.target.is_none() {
            self.target.clone_from(&base.target);
        }
    }

    /// Whether the other one is the same program, whatever optimises it.
    pub(crate) fn is_of(&self, other: &Self) -> bool {
        self.source == other.source && self.cargo_features() == other.cargo_features()
    }

    /// The features of the guest crate, which `flags` names as `features=a,b`.
    pub(crate) fn cargo_features(&self) -> Vec<&str> {
        let mut flags = self.flags.split_whitespace();
        let list = flags.find_map(|flag| flag.strip_prefix("features="));
        list.map(|list| list.split(',').collect())
            .unwrap_or_default()
    }
}
