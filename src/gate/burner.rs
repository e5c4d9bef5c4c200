//! The guest that burns a known fraction more, for calibrations.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::trial::{Source, Subject};

/// Steps of the guest for each request: some twenty microseconds where code is compiled.
const STEPS: f64 = 20_000.0;
/// Requests of a pass.
const REQUESTS: usize = 16;

/// The guest's files.
pub(crate) struct Burner {
    folder: PathBuf,
    module: PathBuf,
    requests: PathBuf,
    /// Size of the module, in bytes.
    pub(crate) module_bytes: u64,
}

impl Burner {
    /// Writes the module and its traffic into a folder.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub(crate) fn write(folder: &Path) -> Result<Self, Error> {
        let module = wat::parse_str(include_str!("burner.wat"))
            .map_err(|error| Error::Trial(crate::trial::Failed::error(error)))?;
        let requests: String = (0..REQUESTS)
            .map(|number| {
                format!(
                    r#"{{"id":"burn-{number}","request":{{"method":"GET","scheme":"https","authority":"burner.example","path":"/{number}","headers":[["accept","*/*"]]}},"response":{{"status":200,"headers":[["server","burner"]]}}}}"#
                ) + "\n"
            })
            .collect();
        let burner = Self {
            folder: folder.to_path_buf(),
            module: folder.join("burner.wasm"),
            requests: folder.join("burner.jsonl"),
            module_bytes: module.len() as u64,
        };
        write(&burner.module, &module)?;
        write(&burner.requests, requests.as_bytes())?;
        Ok(burner)
    }

    /// The guest with `more` of its work added, 0.03 for 3 %, on a runtime.
    ///
    /// # Errors
    /// When its configuration cannot be written.
    pub(crate) fn subject(&self, runtime: &str, more: f64) -> Result<Subject, Error> {
        let steps = (STEPS * (1.0 + more)).round();
        let config = self.folder.join(format!("burner-{steps}.txt"));
        write(&config, steps.to_string().as_bytes())?;
        Ok(Subject {
            runtime: runtime.to_owned(),
            workload: Source::Files {
                module: self.module.clone(),
                config: Some(config),
                requests: self.requests.clone(),
                native_twin: None,
                root_id: String::new(),
                models: Vec::new(),
            },
            artifact: None,
            isolation: "thread".to_owned(),
            deadline_ms: None,
            knobs: Default::default(),
            symbols: Default::default(),
        })
    }
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), Error> {
    fs::write(file, bytes).map_err(Error::io(file, "write", "check space and permissions"))
}
