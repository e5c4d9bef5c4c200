//! `pwbench compile`: a module becomes an artifact.

use std::path::Path;

use runtimes::{Availability, RuntimeEntry};
use serde::Serialize;

use crate::artifact::{ArtifactFile, check_module, hexadecimal, loads_artifacts};
use crate::cli::CompileArgs;
use crate::error::{Error, Exit};
use crate::experiment::{Interrupt, Runner, Stop};
use crate::output::{self, Format, print_json, print_text, table};
use crate::trial::{Answer, Compiled, Failed, Job};

/// Documented in `pwbench compile --help`.
#[derive(Debug, Serialize)]
struct Made {
    artifact: String,
    runtime: String,
    version: String,
    settings: String,
    processor: String,
    module_sha256: String,
    bytes: u64,
    compile_ns: u64,
    compile_cpu_ns: u64,
}

/// Compiles a module ahead of time.
pub(super) fn compile(arguments: &CompileArgs) -> Result<Exit, Error> {
    let entry = runtime(&arguments.runtime)?;
    check_module(&arguments.file)?;
    let interrupt = Interrupt::listen()?;
    let runner = Runner::new(arguments.timeout, interrupt, 0)?;
    let made = match super::block_on(make(&runner, entry, arguments))? {
        Ok(made) => made,
        Err(Stop::Interrupted) => return Ok(Exit::Interrupted),
        Err(Stop::Error(error)) => return Err(*error),
    };
    match arguments.format {
        Format::Json => print_json(&made)?,
        Format::Table => print_text(&made.text()),
    }
    Ok(Exit::Fine)
}

/// The runtime of this name, which must be here and load artifacts.
fn runtime(name: &str) -> Result<&'static RuntimeEntry, Error> {
    let Some(entry) = runtimes::find(name) else {
        // Either the name is unknown, and the error tells the nearest, or it is an engine's.
        runtimes::select(&[name.to_owned()])?;
        return Err(no_artifacts(name));
    };
    if !loads_artifacts(entry) {
        return Err(no_artifacts(name));
    }
    match entry.availability() {
        Availability::Available => Ok(entry),
        Availability::Unavailable { reason, remedy } => {
            Err(Error::Runtime(host_core::EngineError::Unavailable {
                runtime: entry.id.clone(),
                reason,
                remedy,
            }))
        }
    }
}

fn no_artifacts(name: &str) -> Error {
    let known: Vec<&str> = runtimes::catalogue()
        .iter()
        .filter(|entry| loads_artifacts(entry))
        .map(|entry| entry.id.as_str())
        .collect();
    Error::NoArtifacts {
        runtime: name.to_owned(),
        known: known.join(", "),
    }
}

/// Compiles in one child and loads in another, as every use of the artifact will; only what
/// loads is put in place.
async fn make(
    runner: &Runner,
    entry: &'static RuntimeEntry,
    arguments: &CompileArgs,
) -> Result<Made, Stop> {
    let output = &arguments.output;
    let folder = match output.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let cannot = |action| {
        Error::io(
            output,
            action,
            "check the folder, its space and permissions",
        )
    };
    let part = tempfile::NamedTempFile::new_in(folder).map_err(cannot("write"))?;
    let deadline_ms = arguments
        .deadline
        .map(|deadline| u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX));
    let knobs = arguments.knobs;
    let seal = Job::Seal {
        runtime: entry.id.clone(),
        module: arguments.file.clone(),
        artifact: part.path().to_path_buf(),
        deadline_ms,
        knobs,
    };
    let compiled = match runner.run(seal).await?.answer {
        Answer::Compiled(compiled) => compiled,
        other => return Err(Error::Trial(failure(other)).into()),
    };
    let load = Job::Fit {
        runtime: entry.id.clone(),
        module: arguments.file.clone(),
        artifact: Some(part.path().to_path_buf()),
        deadline_ms,
        knobs,
    };
    match runner.run(load).await?.answer {
        Answer::Fits => {}
        other => return Err(Error::Trial(failure(other)).into()),
    }
    let made = Made::of(output, &ArtifactFile::read(part.path())?, &compiled);
    part.persist(output)
        .map_err(|error| cannot("write")(error.error))?;
    Ok(made)
}

fn failure(answer: Answer) -> Failed {
    match answer {
        Answer::Failed(failed) => failed,
        other => Failed::error(format!("not the answer to a compilation: {other:?}")),
    }
}

impl Made {
    fn of(output: &Path, artifact: &ArtifactFile, compiled: &Compiled) -> Self {
        let label = &artifact.label;
        Self {
            artifact: output.display().to_string(),
            runtime: label.maker.runtime.clone(),
            version: label.maker.version.clone(),
            settings: label.maker.settings.clone(),
            processor: label.target.clone(),
            module_sha256: hexadecimal(&label.module),
            bytes: compiled.artifact_bytes,
            compile_ns: compiled.compile_ns,
            compile_cpu_ns: compiled.compile_cpu_ns,
        }
    }

    fn text(&self) -> String {
        let mut facts = table(&["Artifact", &self.artifact]);
        let ms = |ns: u64| format!("{:.1} ms", ns as f64 / 1e6);
        for (name, value) in [
            ("Runtime", format!("{} {}", self.runtime, self.version)),
            ("Settings", self.settings.clone()),
            ("Processor", self.processor.clone()),
            ("Module SHA-256", self.module_sha256.clone()),
            ("Size", output::bytes(self.bytes)),
            (
                "Compiled in",
                format!("{} ({} CPU)", ms(self.compile_ns), ms(self.compile_cpu_ns)),
            ),
        ] {
            facts.add_row([name.to_owned(), value]);
        }
        facts.to_string()
    }
}
