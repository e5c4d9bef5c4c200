//! The plugin as files, for every proxy that takes plugins.

use std::path::PathBuf;

use peers::Plugin;
use reports::LoadAbsence;
use runtimes::{Availability, RuntimeEntry};
use workloads::NativeTwin;

use super::field::Choice;
use crate::error::Error;

/// The plugin as each proxy gets it.
#[derive(Debug)]
pub(crate) struct Plugins {
    /// For our own proxy, on each runtime that is here.
    pub(crate) by_runtime: Vec<Plugin>,
    /// For proxies that have one engine.
    pub(crate) anywhere: Plugin,
    /// Runtimes that are not here.
    pub(crate) unavailable: Vec<LoadAbsence>,
}

impl Plugins {
    /// Writes the module, and the native twin where that takes part.
    ///
    /// # Errors
    /// When a runtime is unknown, or a file cannot be written.
    pub(crate) fn new(choice: &Choice<'_>) -> Result<Self, Error> {
        let workload = choice.workload;
        let Ok(configuration) = String::from_utf8(workload.configuration.clone()) else {
            return Err(Error::BinaryConfiguration(workload.name.clone()));
        };
        let anywhere = Plugin {
            module: write(choice, "plugin.wasm", &workload.module)?,
            root_id: workload.root_id.clone(),
            configuration,
            runtime: String::new(),
            isolation: choice.isolation.to_string(),
        };
        let mut plugins = Self {
            by_runtime: Vec::new(),
            anywhere,
            unavailable: Vec::new(),
        };
        for entry in runtimes::select(choice.runtimes)? {
            match module(entry, choice)? {
                Ok(module) => plugins.by_runtime.push(Plugin {
                    runtime: entry.id.clone(),
                    module: module.unwrap_or_else(|| plugins.anywhere.module.clone()),
                    ..plugins.anywhere.clone()
                }),
                Err((reason, remedy)) => plugins.unavailable.push(LoadAbsence {
                    subject: format!("bench + {}", entry.id),
                    reason,
                    remedy,
                }),
            }
        }
        Ok(plugins)
    }
}

/// The file that a runtime takes where that is not the module, or why it cannot run it.
type Module = Result<Option<PathBuf>, (String, String)>;

fn module(entry: &RuntimeEntry, choice: &Choice<'_>) -> Result<Module, Error> {
    if let Availability::Unavailable { reason, remedy } = entry.availability() {
        return Ok(Err((reason, remedy)));
    }
    if entry.id != crate::NATIVE {
        return Ok(Ok(None));
    }
    match &choice.workload.twin {
        NativeTwin::Available { library } => Ok(Ok(Some(write(choice, "plugin.so", library)?))),
        NativeTwin::Unavailable { reason, remedy } => {
            Ok(Err((reason.to_string(), remedy.to_string())))
        }
    }
}

fn write(choice: &Choice<'_>, name: &str, bytes: &[u8]) -> Result<PathBuf, Error> {
    let path = choice.folder.join(name);
    let written = std::fs::write(&path, bytes);
    written.map_err(Error::io(&path, "write", "check space and permissions"))?;
    Ok(path)
}
