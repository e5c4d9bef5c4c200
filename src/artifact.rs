//! Artifact files that a person gives, and whether they load here.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use host_core::{Artifact, ArtifactLabel, EngineOptions, Knobs, ModeKind, ModuleFacts};
use runtimes::{Availability, RuntimeEntry};

use crate::error::Error;

/// An artifact that a person has given.
#[derive(Debug, Clone)]
pub(crate) struct ArtifactFile {
    /// Where it lies.
    pub(crate) path: PathBuf,
    /// What stands on its envelope.
    pub(crate) label: ArtifactLabel,
}

impl ArtifactFile {
    /// Reads the envelope.
    ///
    /// # Errors
    /// When the file cannot be read or is no whole artifact.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let bytes = fs::read(path).map_err(Error::io(
            path,
            "read",
            "check the path and its permissions",
        ))?;
        Self::of(path, &bytes)
    }

    /// Reads the envelope of a file that was read already.
    ///
    /// # Errors
    /// When it is no whole artifact.
    pub(crate) fn of(path: &Path, bytes: &[u8]) -> Result<Self, Error> {
        let label = Artifact::label(bytes).map_err(|reason| Error::Artifact {
            file: path.to_path_buf(),
            reason: format!("{reason}; make it anew with `pwbench compile`"),
        })?;
        Ok(Self {
            path: path.to_path_buf(),
            label,
        })
    }

    /// The runtime that it is for, where it loads here under a deadline like that given and
    /// with these knobs.
    ///
    /// # Errors
    /// Why it does not load here.
    pub(crate) fn runtime(
        &self,
        deadline: Option<Duration>,
        knobs: Knobs,
    ) -> Result<&'static RuntimeEntry, String> {
        let id = &self.label.maker.runtime;
        let Some(entry) = runtimes::find(id) else {
            return Err(format!(
                "it was made for runtime `{id}`, which is not built in here"
            ));
        };
        if let Availability::Unavailable { reason, .. } = entry.availability() {
            return Err(format!("{id} is not available here: {reason}"));
        }
        let options = EngineOptions {
            deadline,
            knobs,
            ..EngineOptions::default()
        };
        let engine = entry.open(options).map_err(|error| error.to_string())?;
        match engine.artifacts() {
            None => Err(format!("{id} loads no artifacts")),
            Some(maker) => match self.label.objection(maker) {
                None => Ok(entry),
                Some(objection) => Err(objection),
            },
        }
    }
}

/// Whether a runtime loads artifacts.
pub(crate) fn loads_artifacts(entry: &RuntimeEntry) -> bool {
    matches!(entry.kind, ModeKind::Aot | ModeKind::InterpreterAot)
}

/// Makes sure that a file is a module that a Proxy-Wasm host could take.
///
/// # Errors
/// When it cannot be read or is none.
pub(crate) fn check_module(file: &Path) -> Result<(), Error> {
    let bytes = fs::read(file).map_err(Error::io(
        file,
        "read",
        "check the path and its permissions",
    ))?;
    match ModuleFacts::read(&bytes) {
        Ok(_) => Ok(()),
        Err(source) => Err(Error::Module {
            file: file.to_path_buf(),
            source,
        }),
    }
}

/// A digest as text.
pub(crate) fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
