//! `pwbench inspect`: what a module needs, and which runtimes here can take it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use host_core::{ModuleFacts, features_of};
use runtimes::Availability;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::cli::InspectArgs;
use crate::error::{Error, Exit};
use crate::experiment::{Interrupt, Progress, Runner, Stop};
use crate::output::{self, Format, print_json, print_text, table};
use crate::trial::{Answer, Job};

/// Time for one runtime to compile and instantiate the module.
const PATIENCE: Duration = Duration::from_secs(120);

/// Documented in `pwbench inspect --help`.
#[derive(Debug, Serialize)]
struct Inspection {
    file: String,
    bytes: u64,
    sha256: String,
    abi_version: String,
    allocator: Option<&'static str>,
    start: Option<&'static str>,
    callbacks: Vec<&'static str>,
    memory: Option<MemoryRow>,
    features: Vec<&'static str>,
    producers: Vec<String>,
    imports: Vec<Function>,
    exports: Vec<Function>,
    runtimes: Vec<Fitness>,
}

#[derive(Debug, Serialize)]
struct MemoryRow {
    minimum_pages: u64,
    maximum_pages: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Function {
    name: String,
    r#type: String,
}

#[derive(Debug, Serialize)]
struct Fitness {
    runtime: String,
    takes: bool,
    reason: Option<String>,
}

/// Shows a module.
pub(super) fn inspect(arguments: &InspectArgs) -> Result<Exit, Error> {
    let file = arguments.file.as_path();
    let bytes = fs::read(file).map_err(Error::io(
        file,
        "read",
        "check the path and its permissions",
    ))?;
    let facts = ModuleFacts::read(&bytes).map_err(|source| Error::Module {
        file: file.to_path_buf(),
        source,
    })?;
    let mut inspection = Inspection::of(file, &bytes, &facts);
    let interrupt = Interrupt::listen()?;
    let runner = Runner::new(PATIENCE, interrupt, 0)?;
    match super::block_on(fitness(&runner, file))? {
        Ok(runtimes) => inspection.runtimes = runtimes,
        Err(Stop::Interrupted) => return Ok(Exit::Interrupted),
        Err(Stop::Error(error)) => return Err(error),
    }
    match arguments.format {
        Format::Json => print_json(&inspection)?,
        Format::Table => print_text(&inspection.text()),
    }
    Ok(Exit::Fine)
}

/// Lets every runtime that takes WebAssembly try the module.
async fn fitness(runner: &Runner, file: &Path) -> Result<Vec<Fitness>, Stop> {
    let progress = Progress::new();
    let entries: Vec<_> = runtimes::catalogue()
        .iter()
        .filter(|entry| entry.id != crate::NATIVE)
        .collect();
    progress.stage("trying", entries.len());
    let mut rows = Vec::new();
    for entry in entries {
        progress.trial(&entry.id, None);
        let reason = match entry.availability() {
            Availability::Unavailable { reason, remedy } => {
                Some(format!("not available here: {reason}; {remedy}"))
            }
            Availability::Available => {
                let job = Job::Fit {
                    runtime: entry.id.clone(),
                    module: file.to_path_buf(),
                };
                match runner.run(job).await?.answer {
                    Answer::Fits => None,
                    Answer::Failed(failed) => Some(failed.reason),
                    other => Some(format!("not the answer to an attempt: {other:?}")),
                }
            }
        };
        rows.push(Fitness {
            runtime: entry.id.clone(),
            takes: reason.is_none(),
            reason,
        });
        progress.ended();
    }
    progress.finish();
    Ok(rows)
}

impl Inspection {
    fn of(file: &Path, bytes: &[u8], facts: &ModuleFacts) -> Self {
        let function = |name: String, ty: &str| Function {
            name,
            r#type: ty.to_owned(),
        };
        Self {
            file: file.display().to_string(),
            bytes: bytes.len() as u64,
            sha256: Sha256::digest(bytes)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
            abi_version: facts.version.to_string(),
            allocator: facts.allocator,
            start: facts.start,
            callbacks: facts
                .callbacks
                .iter()
                .map(|callback| callback.export())
                .collect(),
            memory: facts.memory.map(|memory| MemoryRow {
                minimum_pages: memory.minimum,
                maximum_pages: memory.maximum,
            }),
            features: features_of(bytes)
                .into_iter()
                .map(|feature| feature.name())
                .collect(),
            producers: facts
                .producers
                .iter()
                .map(|producer| {
                    format!("{}: {} {}", producer.field, producer.name, producer.version)
                })
                .collect(),
            imports: facts
                .imports
                .iter()
                .map(|import| function(format!("{}.{}", import.module, import.name), &import.ty))
                .collect(),
            exports: facts
                .exports
                .iter()
                .map(|export| function(export.name.clone(), &export.ty))
                .collect(),
            runtimes: Vec::new(),
        }
    }

    fn text(&self) -> String {
        let memory = self
            .memory
            .as_ref()
            .map(|memory| match memory.maximum_pages {
                Some(maximum) => format!("{} to {maximum} pages of 64 KiB", memory.minimum_pages),
                None => format!(
                    "{} pages of 64 KiB, no maximum of its own",
                    memory.minimum_pages
                ),
            });
        let mut facts = table(&["Module", &self.file]);
        let mut fact = |name: &str, value: String| {
            facts.add_row([name.to_owned(), value]);
        };
        fact(
            "Size",
            format!("{} ({} bytes)", output::bytes(self.bytes), self.bytes),
        );
        fact("SHA-256", self.sha256.clone());
        fact("ABI version", self.abi_version.clone());
        fact("Allocator", self.allocator.unwrap_or("none").to_owned());
        fact("Start function", self.start.unwrap_or("none").to_owned());
        fact(
            "Memory",
            memory.unwrap_or_else(|| "none is exported".to_owned()),
        );
        fact("Features", or_none(&self.features));
        let producers: Vec<&str> = self.producers.iter().map(String::as_str).collect();
        fact("Made by", or_none(&producers));
        fact("Callbacks", or_none(&self.callbacks));
        let mut functions = table(&["Imports and exports", "Type"]);
        for import in &self.imports {
            functions.add_row([format!("import {}", import.name), import.r#type.clone()]);
        }
        for export in &self.exports {
            functions.add_row([format!("export {}", export.name), export.r#type.clone()]);
        }
        let mut runtimes = table(&["Runtime", "Takes it"]);
        for row in &self.runtimes {
            let takes = row
                .reason
                .as_ref()
                .map_or("yes".to_owned(), |reason| format!("no: {reason}"));
            runtimes.add_row([row.runtime.clone(), takes]);
        }
        format!("{facts}\n\n{functions}\n\n{runtimes}")
    }
}

fn or_none(words: &[&str]) -> String {
    if words.is_empty() {
        "none".to_owned()
    } else {
        words.join(", ")
    }
}
