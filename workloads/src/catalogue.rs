//! The built-in workloads, embedded by the build script.

use std::borrow::Cow;

use crate::error::WorkloadError;
use crate::native_twin::NativeTwin;
use crate::traffic::parse_json_lines;
use crate::workload::{Model, Variant, Workload, sha256};

struct Embedded {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    root_id: &'static str,
    quick: bool,
    traffic: &'static [u8],
    twin: EmbeddedTwin,
    /// Name and bytes of each.
    models: &'static [(&'static str, &'static [u8])],
    variants: &'static [EmbeddedVariant],
}

struct EmbeddedVariant {
    name: &'static str,
    language: &'static str,
    toolchain: &'static str,
    flags: &'static str,
    configuration: &'static [u8],
    inference: Option<&'static str>,
    module: &'static [u8],
}

// Which of the two a build makes depends on whether the twins could be built.
#[allow(dead_code)]
enum EmbeddedTwin {
    Available(&'static [u8]),
    Unavailable {
        reason: &'static str,
        remedy: &'static str,
    },
}

static EMBEDDED: &[Embedded] = include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// The names of the built-in workloads, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().map(|embedded| embedded.name)
}

/// The names of those that the quick preset measures when no names are given: the others
/// cost more than its time allows.
pub fn quick_names() -> impl Iterator<Item = &'static str> {
    let quick = EMBEDDED.iter().filter(|embedded| embedded.quick);
    quick.map(|embedded| embedded.name)
}

/// The names of a built-in workload's variants, the default one first. Cheaper than
/// [`find`], which reads the traffic.
///
/// # Errors
/// When there is no such workload; the error lists the names there are.
pub fn variant_names(workload: &str) -> Result<Vec<&'static str>, WorkloadError> {
    let embedded = embedded(workload)?;
    Ok(embedded
        .variants
        .iter()
        .map(|variant| variant.name)
        .collect())
}

/// All built-in workloads, by name. Reads the traffic of each: to list names
/// alone, [`names`] is cheaper.
///
/// # Errors
/// When embedded traffic is broken, which the tests of this crate rule out.
pub fn catalogue() -> Result<Vec<Workload>, WorkloadError> {
    EMBEDDED.iter().map(Embedded::load).collect()
}

/// The built-in workload of this name.
///
/// # Errors
/// When there is none; the error lists the names there are.
pub fn find(name: &str) -> Result<Workload, WorkloadError> {
    embedded(name)?.load()
}

fn embedded(name: &str) -> Result<&'static Embedded, WorkloadError> {
    let mut named = EMBEDDED.iter().filter(|embedded| embedded.name == name);
    named.next().ok_or_else(|| WorkloadError::Unknown {
        name: name.to_owned(),
        known: names().collect::<Vec<_>>().join(", "),
    })
}

impl Embedded {
    fn load(&self) -> Result<Workload, WorkloadError> {
        let file = format!("workloads/{}/traffic.jsonl", self.name);
        let exchanges = parse_json_lines(&file, self.traffic)?;
        let variants: Vec<Variant> = self.variants.iter().map(EmbeddedVariant::load).collect();
        // The build script refuses a workload without variants.
        let default = variants[0].clone();
        Ok(Workload {
            name: self.name.into(),
            title: self.title.into(),
            description: self.description.into(),
            root_id: self.root_id.into(),
            configuration: default.configuration.to_vec(),
            exchanges,
            variant: default.name,
            module: default.module,
            module_sha256: default.module_sha256,
            inference: default.inference,
            models: self.models.iter().map(Model::embedded).collect(),
            variants,
            twin: self.twin.load(),
        })
    }
}

impl EmbeddedVariant {
    fn load(&self) -> Variant {
        Variant {
            name: self.name.into(),
            language: self.language.into(),
            toolchain: self.toolchain.into(),
            flags: self.flags.into(),
            configuration: Cow::Borrowed(self.configuration),
            inference: self.inference.map(str::to_owned),
            module: Cow::Borrowed(self.module),
            module_sha256: sha256(self.module),
        }
    }
}

impl Model {
    fn embedded((name, bytes): &(&'static str, &'static [u8])) -> Self {
        Self {
            name: (*name).into(),
            bytes: Cow::Borrowed(bytes),
        }
    }
}

impl EmbeddedTwin {
    fn load(&self) -> NativeTwin {
        match *self {
            Self::Available(library) => NativeTwin::Available {
                library: Cow::Borrowed(library),
            },
            Self::Unavailable { reason, remedy } => NativeTwin::Unavailable {
                reason: reason.into(),
                remedy: remedy.into(),
            },
        }
    }
}
