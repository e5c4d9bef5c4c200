//! `wasm-opt`: passes over a module, with the proposals that the module uses and no others.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use host_core::{ModuleFacts, features_of};
use reports::{Choice, Factor, Layer};

use super::OUTPUT;
use super::compilers::Missing;
use super::tool::{Tool, asked, cache, in_path, quoted};
use crate::experiment::{Interrupt, Stop};

/// Name of the factor of levels.
pub(super) const FACTOR: &str = "wasm-opt";
/// Levels, in the order in which they are made: the time may not suffice for all. To converge
/// is to run the passes of a level until nothing changes any more, and means nothing without
/// one.
const LEVELS: [&str; 8] = [
    "-O3",
    "-Oz",
    "-Os",
    "-O2",
    "-O4",
    "-O1",
    "-O3 --converge",
    "-Oz --converge",
];
/// Passes that the levels leave out or run otherwise, each a factor of its own, in the order in
/// which they run: before those of the level. None changes what a module does, as those for
/// fast mathematics or traps that never happen may.
const PASSES: [&str; 8] = [
    "--gufa",
    "--dae-optimizing",
    "--inlining-optimizing",
    "--directize",
    "--precompute-propagate",
    "--licm",
    "--const-hoisting",
    "--merge-similar-functions",
];
/// The level of a pass that runs.
const ON: &str = "on";
const PATIENCE: Duration = Duration::from_secs(300);

/// Proposals and the flags that allow them. Without its own list in a section
/// `target_features`, which stripping removes, a module has none in wasm-opt's eyes; and with
/// all of them allowed, new versions write encodings that engines refuse.
const FLAGS: [(&str, &[&str]); 13] = [
    ("mutable-globals", &["--enable-mutable-globals"]),
    ("sign-extension", &["--enable-sign-ext"]),
    (
        "saturating-float-to-int",
        &["--enable-nontrapping-float-to-int"],
    ),
    ("multi-value", &["--enable-multivalue"]),
    (
        "bulk-memory-opt",
        &["--enable-bulk-memory-opt", "--enable-bulk-memory"],
    ),
    ("bulk-memory", &["--enable-bulk-memory"]),
    (
        "call-indirect-overlong",
        &[
            "--enable-call-indirect-overlong",
            "--enable-reference-types",
        ],
    ),
    ("reference-types", &["--enable-reference-types"]),
    ("simd", &["--enable-simd"]),
    ("relaxed-simd", &["--enable-relaxed-simd"]),
    ("threads", &["--enable-threads"]),
    ("tail-call", &["--enable-tail-call"]),
    ("extended-const", &["--enable-extended-const"]),
];

/// Proposals that are parts of others.
const PARTS: [(&str, &str); 2] = [
    ("bulk-memory-opt", "bulk-memory"),
    ("call-indirect-overlong", "reference-types"),
];

/// wasm-opt as it was found.
#[derive(Debug)]
pub(super) struct WasmOpt {
    command: Vec<PathBuf>,
    /// Its first line of `--version`.
    pub(super) version: String,
    /// Flags that it knows.
    known: Vec<String>,
}

impl WasmOpt {
    /// `WASM_OPT`, PATH, the project's own npm packages, or those of the cache.
    pub(super) fn find() -> Result<Self, Missing> {
        let named = std::env::var_os("WASM_OPT").map(PathBuf::from);
        let script = Path::new("node_modules/binaryen/bin/wasm-opt");
        let cached = cache().map(|cache| {
            cache
                .join("language-toolchains/assemblyscript")
                .join(script)
        });
        let scripts = [Some(script.to_path_buf()), cached].into_iter().flatten();
        let scripts = scripts
            .filter(|script| script.is_file())
            .collect::<Vec<_>>();
        let node = in_path("node");
        let programs = named
            .into_iter()
            .chain(in_path("wasm-opt"))
            .map(|program| vec![program]);
        let scripts = scripts
            .into_iter()
            .filter_map(|script| Some(vec![node.clone()?, script]));
        for command in programs.chain(scripts) {
            let rest: Vec<String> = command[1..]
                .iter()
                .map(|word| word.display().to_string())
                .collect();
            let ask = |more: &str| {
                let mut words: Vec<&str> = rest.iter().map(String::as_str).collect();
                words.push(more);
                asked(&command[0], &words)
            };
            let (Some(version), Some(help)) = (ask("--version"), ask("--help")) else {
                continue;
            };
            let flags = help
                .split_whitespace()
                .filter(|word| word.starts_with("--"));
            return Ok(WasmOpt {
                // `--converge,-c` is one with its short form.
                known: flags
                    .filter_map(|flag| flag.split(',').next())
                    .map(str::to_owned)
                    .collect(),
                version: version.lines().next().unwrap_or_default().to_owned(),
                command,
            });
        }
        Err(Missing {
            reason: "there is no wasm-opt".to_owned(),
            remedy: "apt-get install binaryen, or npm install binaryen".to_owned(),
        })
    }

    /// The factors: the level, and each pass that this version knows.
    pub(super) fn factors(&self) -> Vec<Factor> {
        let knows = |words: &&str| {
            let mut flags = words.split(' ').filter(|flag| flag.starts_with("--"));
            flags.all(|flag| self.known.iter().any(|known| known == flag))
        };
        let factor = |name: &str, default: &str, levels: Vec<String>| Factor {
            name: name.to_owned(),
            layer: Layer::WasmOpt,
            default: default.to_owned(),
            levels,
            only_told: false,
        };
        let levels = LEVELS.into_iter().filter(knows).map(str::to_owned);
        let passes = PASSES.into_iter().filter(knows);
        std::iter::once(factor(FACTOR, "none", levels.collect()))
            .chain(passes.map(|pass| factor(pass, "off", vec![ON.to_owned()])))
            .collect()
    }

    /// The flags for what was chosen and a module; none when nothing was.
    fn flags(&self, choice: &Choice, module: &[u8]) -> Vec<String> {
        let passes = PASSES
            .into_iter()
            .filter(|pass| choice.level(pass).is_some());
        let level = choice.level(FACTOR).into_iter();
        let mut flags: Vec<String> = passes
            .chain(level.flat_map(|level| level.split(' ')))
            .map(str::to_owned)
            .collect();
        if flags.is_empty() {
            return flags;
        }
        for feature in features_of(module) {
            let name = feature.to_string();
            let own = FLAGS.iter().find(|(known, _)| *known == name);
            // Older versions lack the names of parts of a proposal.
            let mut flags_of = own.map(|(_, flags)| *flags).unwrap_or_default().iter();
            let known = flags_of.find(|flag| self.known.iter().any(|known| known == *flag));
            if let Some(flag) = known
                && !flags.iter().any(|given| given == flag)
            {
                flags.push((*flag).to_owned());
            }
        }
        flags
    }

    /// Optimises `input` into `output`, and makes sure that the result is a module that needs
    /// no proposal which the input did not.
    pub(super) async fn run(
        &self,
        choice: &Choice,
        input: &Path,
        output: &Path,
        until: Instant,
        interrupt: &Interrupt,
    ) -> Result<Result<(), String>, Stop> {
        let Ok(bytes) = std::fs::read(input) else {
            return Ok(Err(format!("{}: cannot be read", input.display())));
        };
        let tool = Tool::new(&self.command[0])
            .args(&self.command[1..])
            .args(self.flags(choice, &bytes))
            .arg(input)
            .arg("-o")
            .arg(output);
        if let Err(reason) = tool.run(PATIENCE, until, interrupt).await? {
            return Ok(Err(reason));
        }
        Ok(accept(&bytes, output))
    }

    /// The command that a person copies.
    pub(super) fn copy(&self, choice: &Choice, module: &[u8]) -> Option<String> {
        let flags = self.flags(choice, module);
        if flags.is_empty() {
            return None;
        }
        let program = self.command.iter().map(|path| path.display().to_string());
        let words: Vec<String> = program.chain(flags).map(|word| quoted(&word)).collect();
        Some(format!("{} {OUTPUT} -o {OUTPUT}", words.join(" ")))
    }
}

fn accept(before: &[u8], output: &Path) -> Result<(), String> {
    let after = std::fs::read(output).map_err(|_| "wasm-opt wrote no module".to_owned())?;
    ModuleFacts::read(&after)
        .map_err(|error| format!("what wasm-opt wrote is no module: {error}"))?;
    let had = features_of(before);
    let new = features_of(&after).into_iter().find(|feature| {
        let name = feature.to_string();
        // A part of what it had is nothing new.
        let whole = PARTS
            .iter()
            .find(|(part, _)| *part == name)
            .map(|(_, whole)| *whole);
        !had.iter()
            .any(|had| had == feature || Some(had.to_string().as_str()) == whole)
    });
    match new {
        Some(feature) => Err(format!(
            "wasm-opt made the module need {feature}, which it did not before"
        )),
        None => Ok(()),
    }
}
