//! Zig.

use std::path::{Path, PathBuf};

use reports::{Choice, Copyable, Factor};

use super::{Compiler, Missing, factor};
use crate::tuning::OUTPUT;
use crate::tuning::tool::{Tool, cache, in_path, quoted};

/// The Zig compiler: the system's, or that of the Python package `ziglang`.
#[derive(Debug)]
pub(super) struct Zig {
    file: PathBuf,
    command: Vec<String>,
    more: Vec<String>,
}

impl Zig {
    pub(super) fn find(file: &Path, more: &[String]) -> Result<Self, Missing> {
        let cached = cache().map(|cache| cache.join("language-toolchains/zig/bin/python"));
        let command = match (cached.filter(|python| python.is_file()), in_path("zig")) {
            (_, Some(zig)) => vec![zig.display().to_string()],
            (Some(python), None) => vec![
                python.display().to_string(),
                "-m".to_owned(),
                "ziglang".to_owned(),
            ],
            (None, None) => {
                return Err(Missing {
                    reason: "there is no zig".to_owned(),
                    remedy: "scripts/language-toolchains zig".to_owned(),
                });
            }
        };
        Ok(Zig {
            file: file.to_path_buf(),
            command,
            more: more.to_vec(),
        })
    }

    fn words(&self, choice: &Choice) -> Vec<String> {
        let mut words = vec!["build-exe".to_owned(), self.file.display().to_string()];
        let fixed = [
            "-target",
            "wasm32-freestanding",
            "-fno-entry",
            "-rdynamic",
            "-fstrip",
            "-O",
        ];
        words.extend(fixed.map(str::to_owned));
        words.push(choice.level("optimise").unwrap_or("ReleaseFast").to_owned());
        if let Some(features) = choice.level("target-feature") {
            words.push(format!(
                "-mcpu=generic{}",
                features.replace(',', "").replace('-', "_")
            ));
        }
        words.extend(self.more.iter().cloned());
        words
    }
}

impl Compiler for Zig {
    fn factors(&self) -> Vec<Factor> {
        vec![
            factor(
                "optimise",
                "ReleaseFast",
                &["ReleaseFast", "ReleaseSmall", "ReleaseSafe"],
            ),
            factor(
                "target-feature",
                "none",
                &["+simd128", "+bulk-memory", "+simd128,+bulk-memory"],
            ),
        ]
    }

    fn tool(&self, choice: &Choice, out: &Path, scratch: &Path) -> Tool {
        let cache = scratch.join("zig-cache");
        Tool::new(&self.command[0])
            .args(&self.command[1..])
            .args(self.words(choice))
            .arg(format!("-femit-bin={}", out.display()))
            .arg("--cache-dir")
            .arg(&cache)
            .arg("--global-cache-dir")
            .arg(&cache)
    }

    fn copy(&self, choice: &Choice) -> Copyable {
        let words = self.command.iter().cloned().chain(self.words(choice));
        let words: Vec<String> = words.map(|word| quoted(&word)).collect();
        Copyable {
            commands: vec![format!("{} -femit-bin={OUTPUT}", words.join(" "))],
            ..Copyable::default()
        }
    }
}
