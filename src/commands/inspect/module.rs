//! What a module needs, and which runtimes here can take it.

use std::path::Path;

use host_core::{Feature, ModuleFacts, features_of};
use serde::Serialize;

use super::fitness::{Fitness, PATIENCE, fitness};
use crate::artifact::hexadecimal;
use crate::cli::InspectArgs;
use crate::error::{Error, Exit};
use crate::experiment::{Interrupt, Runner, Stop};
use crate::output::{self, Format, print_json, print_text, table};

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

/// Shows a module.
pub(super) fn inspect(arguments: &InspectArgs, bytes: &[u8]) -> Result<Exit, Error> {
    let file = arguments.file.as_path();
    if arguments.module.is_some() {
        return Err(Error::Artifact {
            file: file.to_path_buf(),
            reason: "it is not an artifact, and --module goes with one; leave --module out"
                .to_owned(),
        });
    }
    let facts = ModuleFacts::read(bytes).map_err(|source| Error::Module {
        file: file.to_path_buf(),
        source,
    })?;
    let needed = features_of(bytes);
    let mut inspection = Inspection::of(file, bytes, &facts, &needed);
    let interrupt = Interrupt::listen()?;
    let runner = Runner::new(PATIENCE, interrupt, 0)?;
    match super::super::block_on(fitness(&runner, file, &needed))? {
        Ok(runtimes) => inspection.runtimes = runtimes,
        Err(Stop::Interrupted) => return Ok(Exit::Interrupted),
        Err(Stop::Error(error)) => return Err(*error),
    }
    match arguments.format {
        Format::Json => print_json(&inspection)?,
        Format::Table => print_text(&inspection.text()),
    }
    Ok(Exit::Fine)
}

impl Inspection {
    fn of(file: &Path, bytes: &[u8], facts: &ModuleFacts, needed: &[Feature]) -> Self {
        let function = |name: String, ty: &str| Function {
            name,
            r#type: ty.to_owned(),
        };
        Self {
            file: file.display().to_string(),
            bytes: bytes.len() as u64,
            sha256: hexadecimal(&facts.sha256),
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
            features: needed.iter().map(|feature| feature.name()).collect(),
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
            runtimes.add_row(row.words());
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
