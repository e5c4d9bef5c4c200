//! The built-in workloads, embedded by the build script.

use std::sync::LazyLock;

use crate::error::WorkloadError;
use crate::folder::Folder;
use crate::native_twin::NativeTwin;
use crate::workload::{Listed, Variant, Workload};

/// A workload folder in this program: all of its files, but no module that has to be built
/// first.
pub(crate) struct Embedded {
    /// The text of its `workload.toml`.
    pub(crate) manifest: &'static str,
    /// Files by their paths as the manifest writes them.
    pub(crate) files: &'static [(&'static str, &'static [u8])],
    /// Digests of the sources of the variants that come without a module, by variant.
    pub(crate) sources: &'static [(&'static str, &'static str)],
    /// The native twin.
    pub(crate) twin: EmbeddedTwin,
}

// Which of the two a build makes depends on whether the twins could be built.
#[allow(dead_code)]
pub(crate) enum EmbeddedTwin {
    Available(&'static [u8]),
    Unavailable {
        reason: &'static str,
        remedy: &'static str,
    },
}

static EMBEDDED: &[Embedded] = include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// The build script has parsed each of them.
static FOLDERS: LazyLock<Vec<Folder>> = LazyLock::new(|| {
    let open = |embedded| Folder::embedded(embedded).unwrap_or_else(|error| panic!("{error}"));
    EMBEDDED.iter().map(open).collect()
});

/// The names of the built-in workloads, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    FOLDERS.iter().map(|folder| folder.manifest.name.as_str())
}

/// The names of those that the quick preset measures when no names are given: the others
/// cost more than its time allows.
pub fn quick_names() -> impl Iterator<Item = &'static str> {
    let quick = FOLDERS.iter().filter(|folder| folder.manifest.quick);
    quick.map(|folder| folder.manifest.name.as_str())
}

/// A built-in workload's variants, the default one first. Cheaper than [`find`], which reads
/// the traffic.
///
/// # Errors
/// When there is no such workload; the error lists the names there are.
pub fn variants(workload: &str) -> Result<Vec<Variant>, WorkloadError> {
    Ok(folder(workload)?.variants())
}

/// All built-in workloads as lists show them, by name. No module and no traffic is parsed.
pub fn catalogue() -> Vec<Listed> {
    FOLDERS.iter().map(Folder::listed).collect()
}

/// The built-in workload of this name, with its default variant.
///
/// # Errors
/// When there is none, with the names there are; when its module has not been built here.
pub fn find(name: &str) -> Result<Workload, WorkloadError> {
    folder(name)?.load(None)
}

/// The built-in workload of this name with one of its variants.
///
/// # Errors
/// When there is none of the name, with those there are; when the variant's module has not
/// been built here.
pub fn find_variant(name: &str, variant: &str) -> Result<Workload, WorkloadError> {
    folder(name)?.load(Some(variant))
}

fn folder(name: &str) -> Result<&'static Folder, WorkloadError> {
    let mut named = FOLDERS.iter().filter(|folder| folder.manifest.name == name);
    named.next().ok_or_else(|| WorkloadError::Unknown {
        name: name.to_owned(),
        known: names().collect::<Vec<_>>().join(", "),
    })
}

impl EmbeddedTwin {
    /// The twin, or why the build script made none.
    pub(crate) fn load(&self) -> NativeTwin {
        match *self {
            Self::Available(library) => NativeTwin::Available {
                library: library.into(),
            },
            Self::Unavailable { reason, remedy } => NativeTwin::Unavailable {
                reason: reason.into(),
                remedy: remedy.into(),
            },
        }
    }
}
