//! What a configuration says, once it makes sense.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reports::Figure;
use toml::Spanned;

use super::document::Document;
use super::written::Written;
use crate::error::Error;
use crate::trial::ModelFile;

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
    /// Models that it finds through wasi-nn.
    pub(crate) models: Vec<ModelFile>,
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

    pub(super) fn of(file: &Path, text: &str) -> Result<Self, Error> {
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
                models: plugin
                    .models
                    .into_iter()
                    .map(|(name, file)| {
                        let file = there(&file)?;
                        Ok(ModelFile { name, file })
                    })
                    .collect::<Result<_, Error>>()?,
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
