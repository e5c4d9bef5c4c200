//! The base of a gate: a file, another revision's module, or another build of pwbench.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::config::{Base, GateConfig};
use crate::comparison::program;
use crate::error::Error;

/// The base, ready to be measured.
pub(super) struct Ready {
    /// Its name.
    pub(super) name: String,
    pub(super) module: PathBuf,
    /// The build of pwbench that runs it; `None` is this one.
    pub(super) program: Option<PathBuf>,
}

/// A checked-out revision that is taken away again.
struct Tree<'a> {
    repository: &'a Path,
    path: PathBuf,
}

impl Drop for Tree<'_> {
    fn drop(&mut self) {
        let path = self.path.to_string_lossy();
        // What is left lies in a temporary folder and is pruned by git some day.
        let _ = git(self.repository, &["worktree", "remove", "--force", &path]);
    }
}

/// Gets the base's module; one of another revision goes into `work`.
///
/// # Errors
/// When git does not know the revision, the module is not in it or cannot be built there.
pub(super) fn ready(config: &GateConfig, work: &Path) -> Result<Ready, Error> {
    match &config.base {
        Base::File(module) => Ok(Ready {
            name: module.display().to_string(),
            module: module.clone(),
            program: None,
        }),
        Base::Pwbench(path) => Ok(Ready {
            name: path.display().to_string(),
            module: config.plugin.module.clone(),
            program: Some(program(path)?),
        }),
        Base::Git {
            revision,
            build,
            path,
        } => {
            let place = Place::of(config, revision)?;
            let module = work.join("base.wasm");
            match build {
                None => place.take_committed(path, &module)?,
                Some(build) => place.build(build, path, work, &module)?,
            }
            Ok(Ready {
                name: format!("{} at {revision} ({})", path.display(), place.short()),
                module,
                program: None,
            })
        }
    }
}

/// Where in which revision the configuration's folder is.
struct Place<'a> {
    config: &'a GateConfig,
    folder: PathBuf,
    revision: &'a str,
    commit: String,
    /// The folder within the repository, empty or with a slash at its end.
    prefix: String,
}

impl<'a> Place<'a> {
    fn of(config: &'a GateConfig, revision: &'a str) -> Result<Self, Error> {
        let parent = config
            .file
            .parent()
            .filter(|parent| *parent != Path::new(""));
        let folder = parent.unwrap_or(Path::new(".")).to_path_buf();
        let fault = |reason: String, remedy| Error::Base {
            file: config.file.clone(),
            reason,
            remedy,
        };
        let prefix = said(&folder, &["rev-parse", "--show-prefix"]).map_err(|reason| {
            fault(
                format!("base.git needs a git repository: {reason}"),
                "run it in a clone, or give base.file",
            )
        })?;
        // A name that begins with a hyphen must not become an option.
        let wanted = format!("{revision}^{{commit}}");
        let commit = said(
            &folder,
            &["rev-parse", "--verify", "--end-of-options", &wanted],
        );
        let commit = commit.map_err(|reason| {
            fault(
                format!("base.git: git does not know {revision}: {reason}"),
                "fetch it first, e.g. with fetch-depth: 0 or `git fetch origin main`",
            )
        })?;
        Ok(Self {
            config,
            folder,
            revision,
            commit,
            prefix,
        })
    }

    fn short(&self) -> &str {
        self.commit.get(..10).unwrap_or(&self.commit)
    }

    fn fault(&self, reason: String, remedy: &'static str) -> Error {
        Error::Base {
            file: self.config.file.clone(),
            reason,
            remedy,
        }
    }

    /// Takes a module that is committed.
    fn take_committed(&self, path: &Path, module: &Path) -> Result<(), Error> {
        let object = format!("{}:{}{}", self.commit, self.prefix, path.display());
        let output = git(&self.folder, &["cat-file", "blob", &object]);
        match output {
            Ok(output) if output.status.success() => fs::write(module, output.stdout)
                .map_err(Error::io(module, "write", "check space and permissions")),
            Ok(output) => Err(self.fault(
                format!(
                    "base.git: {} is not in {}: {}",
                    path.display(),
                    self.revision,
                    last_line(&output.stderr)
                ),
                "commit the module, or give base.build, which builds it there",
            )),
            Err(error) => Err(self.fault(
                format!("git cannot be started: {error}"),
                "install git, or give base.file",
            )),
        }
    }

    /// Checks the revision out beside the working tree and builds the module there.
    fn build(&self, build: &str, path: &Path, work: &Path, module: &Path) -> Result<(), Error> {
        let tree = Tree {
            repository: &self.folder,
            path: work.join("tree"),
        };
        let place = tree.path.to_string_lossy().into_owned();
        let added = said(
            &self.folder,
            &["worktree", "add", "--detach", &place, &self.commit],
        );
        added.map_err(|reason| {
            self.fault(
                format!(
                    "base.git: {} cannot be checked out: {reason}",
                    self.revision
                ),
                "try `git worktree add` by hand",
            )
        })?;
        let folder = tree.path.join(&self.prefix);
        let status = Command::new("sh")
            .args(["-c", build])
            .current_dir(&folder)
            .stdin(Stdio::null())
            // Standard output is the gate's result alone.
            .stdout(std::io::stderr())
            .status();
        match status {
            Ok(status) if status.success() => {}
            Ok(status) => {
                return Err(self.fault(
                    format!("base.build failed in {}: {status}", self.revision),
                    "correct the command, or give base.file",
                ));
            }
            Err(error) => {
                return Err(self.fault(
                    format!("base.build cannot be started: {error}"),
                    "install sh, or give base.file",
                ));
            }
        }
        let built = folder.join(path);
        fs::copy(&built, module).map(drop).map_err(|error| {
            self.fault(
                format!("base.build left no {}: {error}", path.display()),
                "correct base.path or base.build",
            )
        })
    }
}

/// What git prints, without the end of the line; else why not.
pub(super) fn said(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = git(folder, arguments).map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        false => Err(last_line(&output.stderr)),
    }
}

fn git(folder: &Path, arguments: &[&str]) -> std::io::Result<Output> {
    Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
}

fn last_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().rfind(|line| !line.trim().is_empty());
    line.unwrap_or("it did not say why")
        .chars()
        .filter(|c| !c.is_control())
        .collect()
}
