//! AssemblyScript: asc in node.

use std::path::{Path, PathBuf};

use reports::{Choice, Copyable, Factor};

use super::{Compiler, Missing, factor};
use crate::tuning::OUTPUT;
use crate::tuning::tool::{Tool, cache, in_path, quoted};

/// asc: the project's own, the system's, or that of the cache.
#[derive(Debug)]
pub(super) struct AssemblyScript {
    file: PathBuf,
    folder: PathBuf,
    command: Vec<PathBuf>,
    more: Vec<String>,
}

impl AssemblyScript {
    pub(super) fn find(file: &Path, more: &[String]) -> Result<Self, Missing> {
        let missing = |reason: &str| Missing {
            reason: reason.to_owned(),
            remedy: "scripts/language-toolchains assemblyscript".to_owned(),
        };
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
            _ => PathBuf::from("."),
        };
        let script = "node_modules/assemblyscript/bin/asc.js";
        let own = folder.ancestors().take(3).map(|above| above.join(script));
        let cached = cache().map(|cache| {
            cache
                .join("language-toolchains/assemblyscript")
                .join(script)
        });
        let found = own.chain(cached).find(|script| script.is_file());
        let node = in_path("node").ok_or_else(|| missing("there is no node"))?;
        let command = match (found, in_path("asc")) {
            (Some(script), _) => vec![node, script],
            (None, Some(asc)) => vec![asc],
            (None, None) => return Err(missing("there is no asc")),
        };
        // asc resolves modules from the folder it runs in.
        let command = command
            .into_iter()
            .map(|path| path.canonicalize().unwrap_or(path));
        Ok(AssemblyScript {
            file: file.to_path_buf(),
            folder,
            command: command.collect(),
            more: more.to_vec(),
        })
    }

    fn words(&self, choice: &Choice) -> Vec<String> {
        let name = self.file.file_name().unwrap_or_default();
        let mut words = vec![name.to_string_lossy().into_owned()];
        words.push(format!("-{}", choice.level("optimise").unwrap_or("O3")));
        if choice.level("converge").is_some() {
            words.push("--converge".to_owned());
        }
        for feature in choice
            .level("target-feature")
            .unwrap_or_default()
            .split(',')
        {
            match feature.strip_prefix('+') {
                Some("simd128") => words.extend(["--enable", "simd"].map(str::to_owned)),
                Some(name) => words.extend(["--enable".to_owned(), name.to_owned()]),
                None => {}
            }
        }
        words.extend(["--runtime", "incremental"].map(str::to_owned));
        if self.has_abort() {
            words.extend(["--use", "abort=host/abort"].map(str::to_owned));
        }
        words.extend(self.more.iter().cloned());
        words
    }

    /// Whether the source brings its own `abort`, for hosts that have none.
    fn has_abort(&self) -> bool {
        std::fs::read_to_string(self.folder.join("host.ts"))
            .is_ok_and(|text| text.contains("export function abort"))
    }
}

impl Compiler for AssemblyScript {
    fn factors(&self) -> Vec<Factor> {
        vec![
            factor("optimise", "O3", &["O3", "O2", "O1", "Os", "Oz"]),
            factor("converge", "off", &["on"]),
            factor("target-feature", "none", &["+simd128"]),
        ]
    }

    fn tool(&self, choice: &Choice, out: &Path, _scratch: &Path) -> Tool {
        let folder = self
            .folder
            .canonicalize()
            .unwrap_or_else(|_| self.folder.clone());
        // asc takes paths relative to its folder only.
        let up: PathBuf = folder.components().skip(1).map(|_| "..").collect();
        let out = out.canonicalize().unwrap_or_else(|_| out.to_path_buf());
        let out = up.join(out.strip_prefix("/").unwrap_or(&out));
        let mut tool = Tool::new(&self.command[0])
            .args(&self.command[1..])
            .args(self.words(choice))
            .arg("-o")
            .arg(out);
        tool.folder = Some(folder);
        tool
    }

    fn copy(&self, choice: &Choice) -> Copyable {
        let program = self.command.iter().map(|path| path.display().to_string());
        let words: Vec<String> = program
            .chain(self.words(choice))
            .map(|word| quoted(&word))
            .collect();
        let folder = quoted(&self.folder.display().to_string());
        let mut commands = vec![format!("(cd {folder} && {} -o {OUTPUT})", words.join(" "))];
        if self.folder != Path::new(".") {
            commands.push(format!("mv {folder}/{OUTPUT} {OUTPUT}"));
        }
        Copyable {
            commands,
            ..Copyable::default()
        }
    }
}
