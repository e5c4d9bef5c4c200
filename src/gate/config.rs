//! `gate.toml`: what is held to which limits.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reports::Figure;
use serde::Deserialize;
use toml::Spanned;

use super::amount;
use crate::cli::percent;
use crate::error::Error;

/// The largest configuration taken, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// A configuration that has been read and makes sense.
#[derive(Debug)]
pub(crate) struct GateConfig {
    /// The file itself.
    pub(crate) file: PathBuf,
    pub(crate) plugin: Plugin,
    pub(crate) base: Base,
    /// Runtimes to measure on; the usual one when empty.
    pub(crate) runtimes: Vec<String>,
    /// Time for each runtime.
    pub(crate) time: Duration,
    /// By how much each figure may grow over the base's, as a share.
    pub(crate) limits: BTreeMap<Figure, f64>,
    /// What no figure may exceed, in its own unit.
    pub(crate) ceilings: BTreeMap<Figure, f64>,
}

/// The new side.
#[derive(Debug)]
pub(crate) struct Plugin {
    pub(crate) module: PathBuf,
    pub(crate) config: Option<PathBuf>,
    pub(crate) requests: PathBuf,
    pub(crate) root_id: String,
    /// Whether it must answer as the base does.
    pub(crate) same_outcomes: bool,
}

/// What the new side is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Base {
    /// A module.
    File(PathBuf),
    /// The module of another revision.
    Git {
        /// A branch, tag or commit.
        revision: String,
        /// What builds it there; nothing where the module is committed.
        build: Option<String>,
        /// The module, from the folder of this configuration.
        path: PathBuf,
    },
    /// The same module under another build of pwbench.
    Pwbench(PathBuf),
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    plugin: WrittenPlugin,
    base: Spanned<WrittenBase>,
    #[serde(default)]
    measure: WrittenMeasure,
    #[serde(default)]
    limits: BTreeMap<Figure, Spanned<String>>,
    #[serde(default)]
    ceilings: BTreeMap<Figure, Spanned<WrittenAmount>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPlugin {
    module: Spanned<PathBuf>,
    config: Option<Spanned<PathBuf>>,
    requests: Spanned<PathBuf>,
    #[serde(default)]
    root_id: String,
    #[serde(default = "yes")]
    same_outcomes: bool,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenBase {
    file: Option<Spanned<PathBuf>>,
    git: Option<String>,
    build: Option<String>,
    path: Option<PathBuf>,
    pwbench: Option<Spanned<PathBuf>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenMeasure {
    #[serde(default)]
    runtimes: Vec<Spanned<String>>,
    #[serde(default = "usual_seconds")]
    seconds: Spanned<u64>,
}

impl Default for WrittenMeasure {
    fn default() -> Self {
        Self {
            runtimes: Vec::new(),
            seconds: usual_seconds(),
        }
    }
}

fn usual_seconds() -> Spanned<u64> {
    Spanned::new(0..0, 20)
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenAmount {
    Whole(u64),
    Text(String),
}

/// A text with the file that it was read from, to say where something is wrong.
struct Document<'a> {
    file: &'a Path,
    text: &'a str,
}

impl GateConfig {
    /// Reads the file. Paths in it start from its folder.
    ///
    /// # Errors
    /// When it cannot be read or does not make sense: with file, line, field and remedy.
    pub(crate) fn read(file: &Path) -> Result<Self, Error> {
        let fault = || Error::io(file, "read", "give the path of a gate.toml, see docs/ci.md");
        let length = fs::metadata(file).map_err(fault())?.len();
        if length > MOST_BYTES {
            return Err(Error::Line {
                file: file.to_path_buf(),
                line: 1,
                reason: format!("{length} bytes are too many for a configuration"),
                remedy: "give the path of a gate.toml, see docs/ci.md".to_owned(),
            });
        }
        let text = fs::read_to_string(file).map_err(fault())?;
        Self::of(file, &text)
    }

    fn of(file: &Path, text: &str) -> Result<Self, Error> {
        let document = Document { file, text };
        let written: Written = toml::from_str(text).map_err(|error| document.refused(&error))?;
        let folder = file.parent().unwrap_or(Path::new(""));
        let there = |path: &Spanned<PathBuf>| -> Result<PathBuf, Error> {
            let whole = folder.join(path.get_ref());
            match whole.is_file() {
                true => Ok(whole),
                false => Err(document.at(
                    path.span(),
                    format!("there is no file {}", whole.display()),
                    "correct the path, which starts from the configuration's folder",
                )),
            }
        };
        let plugin = written.plugin;
        let module = folder.join(plugin.module.get_ref());
        let base = document.base(&written.base, plugin.module.get_ref(), folder)?;
        if written.limits.is_empty() && written.ceilings.is_empty() {
            return Err(document.at(
                0..0,
                "nothing is limited".to_owned(),
                "add a section [limits], e.g. with cpu = \"1%\"",
            ));
        }
        let config = Self {
            file: file.to_path_buf(),
            plugin: Plugin {
                module: there(&plugin.module).map(|_| module)?,
                config: plugin.config.as_ref().map(there).transpose()?,
                requests: there(&plugin.requests)?,
                root_id: plugin.root_id,
                same_outcomes: plugin.same_outcomes,
            },
            base,
            runtimes: document.runtimes(&written.measure.runtimes)?,
            time: document.time(&written.measure.seconds)?,
            limits: document.limits(&written.limits)?,
            ceilings: document.ceilings(&written.ceilings)?,
        };
        Ok(config)
    }
}

impl Document<'_> {
    fn base(
        &self,
        written: &Spanned<WrittenBase>,
        module: &Path,
        folder: &Path,
    ) -> Result<Base, Error> {
        let base = written.get_ref();
        let given = [
            base.file.is_some(),
            base.git.is_some(),
            base.pwbench.is_some(),
        ];
        if given.iter().filter(|given| **given).count() != 1 {
            return Err(self.at(
                written.span(),
                "the base is not clear".to_owned(),
                "give exactly one of file, git and pwbench in [base]",
            ));
        }
        if base.git.is_none() && (base.build.is_some() || base.path.is_some()) {
            return Err(self.at(
                written.span(),
                "build and path belong to git".to_owned(),
                "leave them out, or give git",
            ));
        }
        if let Some(revision) = &base.git {
            return Ok(Base::Git {
                revision: revision.clone(),
                build: base.build.clone(),
                path: base.path.clone().unwrap_or_else(|| module.to_path_buf()),
            });
        }
        let there = |path: &Spanned<PathBuf>, what| {
            let whole = folder.join(path.get_ref());
            match whole.is_file() {
                true => Ok(whole),
                false => Err(self.at(
                    path.span(),
                    format!("there is no file {}", whole.display()),
                    what,
                )),
            }
        };
        match (&base.file, &base.pwbench) {
            (Some(file), _) => there(file, "give the base's module").map(Base::File),
            (_, Some(program)) => {
                there(program, "give another build of pwbench").map(Base::Pwbench)
            }
            _ => Err(self.at(written.span(), "the base is missing".to_owned(), "give one")),
        }
    }

    fn runtimes(&self, written: &[Spanned<String>]) -> Result<Vec<String>, Error> {
        let one = |name: &Spanned<String>| {
            if runtimes::find(name.get_ref()).is_none() {
                return Err(self.at(
                    name.span(),
                    format!("there is no runtime `{}`", name.get_ref()),
                    "`pwbench list` names those there are",
                ));
            }
            Ok(name.get_ref().clone())
        };
        written.iter().map(one).collect()
    }

    fn time(&self, written: &Spanned<u64>) -> Result<Duration, Error> {
        match *written.get_ref() {
            seconds @ 1..=86_400 => Ok(Duration::from_secs(seconds)),
            seconds => Err(self.at(
                written.span(),
                format!("{seconds} seconds cannot be measured for"),
                "give a whole number from 1 to 86400",
            )),
        }
    }

    fn limits(
        &self,
        written: &BTreeMap<Figure, Spanned<String>>,
    ) -> Result<BTreeMap<Figure, f64>, Error> {
        let one = |(figure, text): (&Figure, &Spanned<String>)| match percent(text.get_ref()) {
            Ok(share) if share > 0.0 || figure.is_counted() => Ok((*figure, share)),
            Ok(_) => Err(self.at(
                text.span(),
                "what is measured in samples cannot be held to 0 %".to_owned(),
                "give at least 0.5%",
            )),
            Err(_) => Err(self.at(
                text.span(),
                format!("`{}` is no share", text.get_ref()),
                "give one such as \"1%\"",
            )),
        };
        written.iter().map(one).collect()
    }

    fn ceilings(
        &self,
        written: &BTreeMap<Figure, Spanned<WrittenAmount>>,
    ) -> Result<BTreeMap<Figure, f64>, Error> {
        let one = |(figure, amount): (&Figure, &Spanned<WrittenAmount>)| {
            let text = match amount.get_ref() {
                WrittenAmount::Whole(number) => number.to_string(),
                WrittenAmount::Text(text) => text.clone(),
            };
            match amount::parse(*figure, &text) {
                Ok(value) => Ok((*figure, value)),
                Err(remedy) => Err(self.at(
                    amount.span(),
                    format!("`{text}` is no {}", figure.title()),
                    remedy,
                )),
            }
        };
        written.iter().map(one).collect()
    }

    fn refused(&self, error: &toml::de::Error) -> Error {
        let span = error.span().unwrap_or(0..0);
        self.at(
            span,
            error.message().replace('\n', " "),
            "docs/ci.md lists the fields",
        )
    }

    fn at(&self, span: Range<usize>, reason: String, remedy: &str) -> Error {
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let field = self.field(line);
        Error::Line {
            file: self.file.to_path_buf(),
            line,
            reason: match field.is_empty() {
                true => reason,
                false => format!("{field}: {reason}"),
            },
            remedy: remedy.to_owned(),
        }
    }

    /// The field that a line is about, with its section.
    fn field(&self, line: usize) -> String {
        let mut section = "";
        let mut key = "";
        for text in self.text.lines().take(line) {
            let text = text.trim();
            if let Some(name) = text.strip_prefix('[') {
                section = name.trim_end_matches(']');
                key = "";
            } else if let Some((name, _)) = text.split_once('=') {
                key = name.trim();
            }
        }
        match (section, key) {
            ("", key) => key.to_owned(),
            (section, "") => section.to_owned(),
            (section, key) => format!("{section}.{key}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with the files that a configuration may name.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["new.wasm", "old.wasm", "traffic.jsonl"] {
            fs::write(folder.path().join(name), "x").expect("written");
        }
        folder
    }

    fn read(text: &str) -> Result<GateConfig, String> {
        let folder = folder();
        GateConfig::of(&folder.path().join("gate.toml"), text).map_err(|error| {
            let text = error.to_string();
            text.rsplit_once("gate.toml")
                .map_or(text.clone(), |(_, rest)| rest.to_owned())
        })
    }

    const PLUGIN: &str = "[plugin]\nmodule = \"new.wasm\"\nrequests = \"traffic.jsonl\"\n";

    #[test]
    fn a_whole_configuration_is_read() {
        let config = read(&format!(
            "{PLUGIN}[base]\nfile = \"old.wasm\"\n[measure]\nruntimes = [\"wasmi/eager\"]\nseconds = 5\n\
             [limits]\ncpu = \"1%\"\nhost_calls = \"0%\"\n[ceilings]\np99 = \"50us\"\nmodule_size = \"200 kB\"\n"
        ))
        .expect("sound");
        assert_eq!(config.limits[&Figure::Cpu], 0.01);
        assert_eq!(config.limits[&Figure::HostCalls], 0.0);
        assert_eq!(config.ceilings[&Figure::P99], 50_000.0);
        assert_eq!(config.ceilings[&Figure::ModuleSize], 200_000.0);
        assert_eq!(config.time, Duration::from_secs(5));
        assert!(config.plugin.same_outcomes && config.runtimes == ["wasmi/eager"]);
    }

    #[test]
    fn whatever_is_wrong_is_told_with_its_line_field_and_remedy() {
        let base = "[base]\nfile = \"old.wasm\"\n";
        for (text, told) in [
            (
                format!("{PLUGIN}{base}[limits]\nspeed = \"1%\"\n"),
                ":7: limits.speed: unknown variant `speed`",
            ),
            (
                format!("{PLUGIN}{base}[limits]\ncpu = \"much\"\n"),
                ":7: limits.cpu: `much` is no share; give one",
            ),
            (
                format!("{PLUGIN}{base}[limits]\ncpu = \"0%\"\n"),
                ":7: limits.cpu: what is measured",
            ),
            (
                format!("{PLUGIN}{base}[ceilings]\np99 = \"4MB\"\n"),
                ":7: ceilings.p99: `4MB` is no p99 latency; give",
            ),
            (
                format!("{PLUGIN}{base}"),
                ":1: plugin: nothing is limited; add a section",
            ),
            (
                format!("{PLUGIN}[base]\n[limits]\ncpu = \"1%\"\n"),
                ":4: base: the base is not clear; give exactly one",
            ),
            (
                format!("{PLUGIN}[base]\nfile = \"gone.wasm\"\n[limits]\ncpu = \"1%\"\n"),
                ":5: base.file: there is no file",
            ),
            (
                format!(
                    "{PLUGIN}{base}[measure]\nruntimes = [\"no/such\"]\n[limits]\ncpu = \"1%\"\n"
                ),
                ":7: measure.runtimes: there is no runtime",
            ),
            (
                format!("{PLUGIN}{base}[measure]\nseconds = 0\n[limits]\ncpu = \"1%\"\n"),
                ":7: measure.seconds: 0 seconds",
            ),
            (
                "[plugin]\nmodul = \"x\"\n".to_owned(),
                ":2: plugin.modul: unknown field `modul`",
            ),
        ] {
            let error = read(&text).expect_err("unsound");
            assert!(error.starts_with(told), "{error}\nwanted {told}");
        }
    }

    #[test]
    fn any_text_is_read_or_refused() {
        let fragments = [
            "[plugin]",
            "[base]\n",
            "module=",
            "\"new.wasm\"",
            "\n",
            "git='x'",
            "[limits]\ncpu=",
            "'1%'",
            "\u{0}",
            "é",
        ];
        let mut state = 7_u64;
        for _ in 0..2_000 {
            let mut text = String::new();
            for _ in 0..8 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                text.push_str(fragments[(state >> 33) as usize % fragments.len()]);
            }
            // Either way, without a panic.
            let _ = read(&text);
        }
    }
}
