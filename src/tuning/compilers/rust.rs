//! Rust: cargo, with the crate's own release profile as the default.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use reports::{Choice, Copyable, Factor};

use super::{Compiler, Missing, factor};
use crate::tuning::OUTPUT;
use crate::tuning::tool::{Tool, asked, cache, in_path, quoted};

const TARGET: &str = "wasm32-wasip1";
/// Where a command that was copied builds: a folder of its own, in which there is one module.
const COPIED_TARGET: &str = "plugin-target";
/// Factors that are keys of the release profile.
const PROFILE: [&str; 4] = ["opt-level", "lto", "codegen-units", "panic"];

/// cargo with a compiler that has the target's library.
#[derive(Debug)]
pub(super) struct Rust {
    folder: PathBuf,
    cargo: PathBuf,
    environment: Vec<(OsString, OsString)>,
    profile: toml::Table,
    more: Vec<String>,
}

impl Rust {
    pub(super) fn find(folder: &Path, more: &[String]) -> Result<Self, Missing> {
        let missing = |reason: &str| Missing {
            reason: reason.to_owned(),
            remedy: format!("rustup target add {TARGET}, or scripts/toolchains"),
        };
        let cargo = in_path("cargo").ok_or_else(|| missing("there is no cargo"))?;
        let environment = match has_target() {
            true => Vec::new(),
            false => from_cache().ok_or_else(|| missing("there is no library for its target"))?,
        };
        Ok(Rust {
            folder: folder.to_path_buf(),
            cargo,
            environment,
            profile: profile(folder),
            more: more.to_vec(),
        })
    }

    /// What the crate's own release profile says, else cargo's default.
    fn own(&self, key: &str, usual: &str) -> String {
        match self.profile.get(key) {
            Some(toml::Value::String(text)) => text.clone(),
            Some(toml::Value::Boolean(on)) if key == "lto" => match on {
                true => "fat".to_owned(),
                false => "thin-local".to_owned(),
            },
            Some(value) => value.to_string(),
            None => usual.to_owned(),
        }
    }

    fn flags(choice: &Choice) -> Option<String> {
        Some(format!(
            "-Ctarget-feature={}",
            choice.level("target-feature")?
        ))
    }

    fn command(&self, choice: &Choice) -> Vec<String> {
        let mut words: Vec<String> = ["build", "--release", "--target", TARGET]
            .map(str::to_owned)
            .to_vec();
        if self.folder.join("Cargo.lock").is_file() {
            words.push("--locked".to_owned());
        }
        // The oldest compiler that a dependency promises to build with is one it was tried with.
        words.push("--ignore-rust-version".to_owned());
        words.push("--manifest-path".to_owned());
        words.push(self.folder.join("Cargo.toml").display().to_string());
        for key in PROFILE {
            if let Some(level) = choice.level(key) {
                words.push("--config".to_owned());
                words.push(format!("profile.release.{key}={}", toml_value(level)));
            }
        }
        if let Some(flags) = Self::flags(choice) {
            // Beside the flags of the crate's own configuration, which RUSTFLAGS would displace.
            words.push("--config".to_owned());
            words.push(format!("target.{TARGET}.rustflags=[\"{flags}\"]"));
        }
        words.extend(self.more.iter().cloned());
        words
    }
}

impl Compiler for Rust {
    fn factors(&self) -> Vec<Factor> {
        vec![
            factor(
                "opt-level",
                &self.own("opt-level", "3"),
                &["3", "2", "1", "s", "z"],
            ),
            factor(
                "lto",
                &self.own("lto", "thin-local"),
                &["fat", "thin", "off"],
            ),
            factor(
                "codegen-units",
                &self.own("codegen-units", "16"),
                &["1", "16"],
            ),
            factor("panic", &self.own("panic", "unwind"), &["abort"]),
            factor(
                "target-feature",
                "none",
                &["+simd128", "+bulk-memory", "+simd128,+bulk-memory"],
            ),
        ]
    }

    fn tool(&self, choice: &Choice, _out: &Path, scratch: &Path) -> Tool {
        let mut tool = Tool::new(&self.cargo)
            .args(self.command(choice))
            .arg("--target-dir")
            .arg(scratch);
        tool.environment.clone_from(&self.environment);
        tool
    }

    fn product(&self, _out: &Path, scratch: &Path) -> Option<PathBuf> {
        let folder = scratch.join(TARGET).join("release");
        let entries = fs::read_dir(folder).ok()?.flatten();
        entries
            .map(|entry| entry.path())
            .find(|file| file.extension().is_some_and(|kind| kind == "wasm"))
    }

    fn copy(&self, choice: &Choice) -> Copyable {
        let text = |word: &OsString| word.to_string_lossy().into_owned();
        let set = self.environment.iter();
        let set = set.map(|(name, value)| format!("{}={}", text(name), quoted(&text(value))));
        let words = std::iter::once("cargo".to_owned())
            .chain(self.command(choice))
            .chain(["--target-dir".to_owned(), COPIED_TARGET.to_owned()]);
        let line: Vec<String> = set.chain(words.map(|word| quoted(&word))).collect();
        let keys = PROFILE.into_iter().filter_map(|key| {
            let level = choice.level(key)?;
            Some(format!("{key} = {}", toml_value(level)))
        });
        let keys: Vec<String> = keys.collect();
        let mut configuration = Vec::new();
        if !keys.is_empty() {
            let text = format!("[profile.release]\n{}", keys.join("\n"));
            configuration.push(("Cargo.toml".to_owned(), text));
        }
        if let Some(flags) = Self::flags(choice) {
            let text = format!("[target.{TARGET}]\nrustflags = [\"{flags}\"]");
            configuration.push((".cargo/config.toml".to_owned(), text));
        }
        Copyable {
            commands: vec![
                line.join(" "),
                format!("cp {COPIED_TARGET}/{TARGET}/release/*.wasm {OUTPUT}"),
            ],
            configuration,
            ..Copyable::default()
        }
    }
}

/// A level as cargo's configuration writes it: numbers bare, words quoted.
fn toml_value(level: &str) -> String {
    match level.parse::<u32>() {
        Ok(number) => number.to_string(),
        Err(_) => format!("\"{level}\""),
    }
}

/// The release profile of the crate; empty when it has none or cannot be read, which cargo
/// then says better.
fn profile(folder: &Path) -> toml::Table {
    let text = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    let manifest: toml::Table = text.parse().unwrap_or_default();
    let profile = manifest.get("profile").and_then(|all| all.get("release"));
    profile
        .and_then(toml::Value::as_table)
        .cloned()
        .unwrap_or_default()
}

/// Whether the compiler in use has the target's library.
fn has_target() -> bool {
    let rustc =
        std::env::var_os("RUSTC").map_or_else(|| in_path("rustc"), |path| Some(path.into()));
    let folder =
        rustc.and_then(|rustc| asked(&rustc, &["--print", "target-libdir", "--target", TARGET]));
    folder.is_some_and(|folder| {
        let entries = fs::read_dir(folder.trim()).into_iter().flatten().flatten();
        let mut names = entries.map(|entry| entry.file_name());
        names.any(|name| name.to_string_lossy().starts_with("libstd-"))
    })
}

/// Names and values of an environment's variables.
type Variables = Vec<(OsString, OsString)>;

/// The environment of a toolchain that `scripts/toolchains` made ready.
fn from_cache() -> Option<Variables> {
    let toolchains = cache()?.join("guest-toolchain");
    let file = ["rustup", "debian"]
        .map(|route| toolchains.join(route).join("env"))
        .into_iter()
        .find(|file| file.is_file())?;
    let output = Command::new("bash")
        .args(["-c", r#"set -a; . "$1"; env -0"#, "bash"])
        .arg(&file)
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let ours = |name: &str| name == "RUSTC" || name.starts_with("CARGO_TARGET_WASM32_");
    let pairs = output.stdout.split(|byte| *byte == 0).filter_map(|pair| {
        let at = pair.iter().position(|byte| *byte == b'=')?;
        let name = std::str::from_utf8(&pair[..at])
            .ok()
            .filter(|name| ours(name))?;
        Some((
            OsString::from(name),
            OsString::from_vec(pair[at + 1..].to_vec()),
        ))
    });
    Some(pairs.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crate_with(profile: &str) -> Rust {
        Rust {
            folder: "plugin".into(),
            cargo: "cargo".into(),
            environment: Vec::new(),
            profile: profile.parse().expect("TOML"),
            more: Vec::new(),
        }
    }

    #[test]
    fn the_crates_own_levels_are_the_default_and_not_tried_again() {
        let own = crate_with("opt-level = \"s\"\nlto = true\ncodegen-units = 1");
        let factors = own.factors();
        let levels = |name: &str| {
            let found = factors.iter().find(|factor| factor.name == name);
            found.expect("a factor").levels.clone()
        };
        assert_eq!(levels("opt-level"), ["3", "2", "1", "z"]);
        assert_eq!(levels("lto"), ["thin", "off"]);
        assert_eq!(levels("codegen-units"), ["16"]);
    }

    #[test]
    fn a_choice_is_copied_as_command_and_as_configuration() {
        let choice = Choice::single("opt-level", "z")
            .with("codegen-units", "1")
            .with("target-feature", "+simd128");
        let copy = crate_with("").copy(&choice);
        assert!(copy.commands[0].contains("profile.release.codegen-units=1"));
        assert!(
            copy.commands[0].contains("'profile.release.opt-level=\"z\"'"),
            "{copy:?}"
        );
        assert!(copy.configuration[0].1.contains("opt-level = \"z\""));
        assert!(copy.configuration[1].1.contains("+simd128"));
        assert_eq!(crate_with("").copy(&Choice::default()).configuration, []);
    }
}
