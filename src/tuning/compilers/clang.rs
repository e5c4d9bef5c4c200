//! C and C++: clang with wasi-libc.

use std::path::{Path, PathBuf};

use reports::{Choice, Copyable, Factor};

use super::{Compiler, Missing, factor};
use crate::tuning::OUTPUT;
use crate::tuning::tool::{Tool, asked, in_path, quoted};

/// clang that knows WebAssembly.
#[derive(Debug)]
pub(super) struct Clang {
    file: PathBuf,
    cpp: bool,
    program: PathBuf,
    more: Vec<String>,
}

impl Clang {
    pub(super) fn find(file: &Path, cpp: bool, more: &[String]) -> Result<Self, Missing> {
        let stem = if cpp { "clang++" } else { "clang" };
        let names = ["", "-21", "-20", "-19", "-18"].map(|version| format!("{stem}{version}"));
        let knows = |program: &PathBuf| {
            asked(program, &["--print-targets"]).is_some_and(|targets| targets.contains("wasm32"))
        };
        let mut found = names.iter().filter_map(|name| in_path(name));
        let program = found.find(knows).ok_or_else(|| Missing {
            reason: format!("there is no {stem} for WebAssembly"),
            remedy: "scripts/language-toolchains c".to_owned(),
        })?;
        Ok(Clang {
            file: file.to_path_buf(),
            cpp,
            program,
            more: more.to_vec(),
        })
    }

    fn flags(&self, choice: &Choice) -> Vec<String> {
        let mut flags: Vec<String> = [
            "--target=wasm32-wasi",
            "-mexec-model=reactor",
            "-Wl,--strip-all",
        ]
        .map(str::to_owned)
        .to_vec();
        flags.push(format!("-{}", choice.level("optimise").unwrap_or("O3")));
        if choice.level("lto").is_some() {
            flags.push("-flto".to_owned());
        }
        for feature in choice
            .level("target-feature")
            .unwrap_or_default()
            .split(',')
        {
            if let Some(name) = feature.strip_prefix('+') {
                flags.push(format!("-m{name}"));
            }
        }
        if self.cpp {
            flags.extend(["-std=c++20", "-fno-exceptions"].map(str::to_owned));
        }
        flags.extend(self.more.iter().cloned());
        flags
    }
}

impl Compiler for Clang {
    fn factors(&self) -> Vec<Factor> {
        vec![
            factor("optimise", "O3", &["O3", "O2", "O1", "Os", "Oz"]),
            factor("lto", "off", &["full"]),
            factor(
                "target-feature",
                "none",
                &["+simd128", "+bulk-memory", "+simd128,+bulk-memory"],
            ),
        ]
    }

    fn tool(&self, choice: &Choice, out: &Path, _scratch: &Path) -> Tool {
        Tool::new(&self.program)
            .args(self.flags(choice))
            .arg(&self.file)
            .arg("-o")
            .arg(out)
    }

    fn copy(&self, choice: &Choice) -> Copyable {
        let mut words = vec![self.program.display().to_string()];
        words.extend(self.flags(choice));
        words.extend([
            self.file.display().to_string(),
            "-o".to_owned(),
            OUTPUT.to_owned(),
        ]);
        let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        Copyable {
            commands: vec![words.join(" ")],
            ..Copyable::default()
        }
    }
}
