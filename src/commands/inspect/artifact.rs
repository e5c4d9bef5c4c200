//! What an artifact is, and whether it loads here.

use std::path::Path;
use std::time::Duration;

use host_core::Knobs;
use serde::Serialize;

use crate::artifact::{ArtifactFile, check_module, hexadecimal};
use crate::cli::InspectArgs;
use crate::error::{Error, Exit};
use crate::experiment::{Interrupt, Runner, Stop};
use crate::output::{self, Format, print_json, print_text, table};
use crate::trial::{Answer, Job};

/// A deadline to ask with whether the artifact is one for campaigns with deadlines: only
/// that there is one changes the code.
const SOME_DEADLINE: Duration = Duration::from_millis(100);

/// Documented in `pwbench inspect --help`.
#[derive(Debug, Serialize)]
struct Inspection {
    file: String,
    bytes: u64,
    runtime: String,
    version: String,
    settings: String,
    processor: String,
    module_sha256: String,
    payload_bytes: u64,
    /// Whether it holds the checks for a deadline; `None` where it does not load.
    deadline: Option<bool>,
    loads: bool,
    reason: Option<String>,
    /// Whether it was loaded and instantiated, not just its envelope compared.
    tried: bool,
}

/// Shows an artifact.
pub(super) fn inspect(arguments: &InspectArgs, bytes: &[u8]) -> Result<Exit, Error> {
    let artifact = ArtifactFile::of(&arguments.file, bytes)?;
    if let Some(module) = &arguments.module {
        check_module(module)?;
    }
    let (deadline, mut reason) = envelope(&artifact);
    if let (Some(module), Some(deadline)) = (&arguments.module, deadline) {
        reason = match attempt(&artifact, module, deadline)? {
            Ok(reason) => reason,
            Err(Stop::Interrupted) => return Ok(Exit::Interrupted),
            Err(Stop::Error(error)) => return Err(*error),
        };
    }
    let label = &artifact.label;
    let inspection = Inspection {
        file: arguments.file.display().to_string(),
        bytes: bytes.len() as u64,
        runtime: label.maker.runtime.clone(),
        version: label.maker.version.clone(),
        settings: label.maker.settings.clone(),
        processor: label.target.clone(),
        module_sha256: hexadecimal(&label.module),
        payload_bytes: label.payload_bytes,
        deadline,
        loads: reason.is_none(),
        reason,
        tried: arguments.module.is_some() && deadline.is_some(),
    };
    match arguments.format {
        Format::Json => print_json(&inspection)?,
        Format::Table => print_text(&inspection.text()),
    }
    Ok(Exit::Fine)
}

/// Whether the envelope is for this program, without and with a deadline, and else why not.
fn envelope(artifact: &ArtifactFile) -> (Option<bool>, Option<String>) {
    match (
        artifact.runtime(None, Knobs::default()),
        artifact.runtime(Some(SOME_DEADLINE), Knobs::default()),
    ) {
        (Ok(_), _) => (Some(false), None),
        (_, Ok(_)) => (Some(true), None),
        (Err(reason), _) => (None, Some(reason)),
    }
}

/// Loads and instantiates the artifact in a process of its own, and answers what was wrong.
fn attempt(
    artifact: &ArtifactFile,
    module: &Path,
    deadline: bool,
) -> Result<Result<Option<String>, Stop>, Error> {
    let runner = Runner::new(super::fitness::PATIENCE, Interrupt::listen()?, 0)?;
    let job = Job::Fit {
        runtime: artifact.label.maker.runtime.clone(),
        module: module.to_path_buf(),
        artifact: Some(artifact.path.clone()),
        deadline_ms: deadline.then(|| SOME_DEADLINE.as_millis() as u64),
        knobs: Knobs::default(),
    };
    let ran = super::super::block_on(runner.run(job))?;
    Ok(ran.map(|ran| match ran.answer {
        Answer::Fits => None,
        Answer::Failed(failed) => Some(failed.reason),
        other => Some(format!("not the answer to an attempt: {other:?}")),
    }))
}

impl Inspection {
    fn text(&self) -> String {
        let mut facts = table(&["Artifact", &self.file]);
        let loads = match (&self.reason, self.tried) {
            (Some(reason), _) => format!("no: {reason}"),
            (None, true) => "yes: it was loaded and instantiated".to_owned(),
            (None, false) => "yes, by its envelope; give --module to try it".to_owned(),
        };
        let deadline = match self.deadline {
            Some(true) => "compiled in: for `run --deadline`",
            Some(false) => "not compiled in: for `run` without --deadline",
            None => "not known here",
        };
        for (name, value) in [
            ("Runtime", format!("{} {}", self.runtime, self.version)),
            ("Settings", self.settings.clone()),
            ("Checks for a deadline", deadline.to_owned()),
            ("Processor", self.processor.clone()),
            ("Module SHA-256", self.module_sha256.clone()),
            (
                "Size",
                format!(
                    "{}, {} of it the engine's",
                    output::bytes(self.bytes),
                    output::bytes(self.payload_bytes)
                ),
            ),
            ("Loads here", loads),
        ] {
            facts.add_row([name.to_owned(), value]);
        }
        facts.to_string()
    }
}
