//! Compilers and `wasm-opt` as child processes: bounded in time, ended by Ctrl-C.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;

use crate::experiment::{Interrupt, Stop};

/// Bytes kept of what a tool says.
const KEPT: usize = 4_096;
/// Characters of it in a reason.
const TOLD: usize = 400;

/// A tool with its arguments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tool {
    pub(super) program: OsString,
    pub(super) arguments: Vec<OsString>,
    pub(super) environment: Vec<(OsString, OsString)>,
    pub(super) folder: Option<PathBuf>,
}

impl Tool {
    pub(super) fn new(program: impl Into<OsString>) -> Self {
        Tool {
            program: program.into(),
            ..Tool::default()
        }
    }

    #[must_use]
    pub(super) fn args<A: Into<OsString>>(mut self, more: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(more.into_iter().map(Into::into));
        self
    }

    #[must_use]
    pub(super) fn arg(self, more: impl Into<OsString>) -> Self {
        self.args([more])
    }

    /// Runs it to its end, which must come within `timeout` and by `until`.
    ///
    /// # Errors
    /// The inner error is why the tool failed; the outer one ends everything.
    pub(super) async fn run(
        &self,
        timeout: Duration,
        until: Instant,
        interrupt: &Interrupt,
    ) -> Result<Result<(), String>, Stop> {
        let timeout = timeout.min(until.saturating_duration_since(Instant::now()));
        let mut interrupt = interrupt.clone();
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        // Compilers start processes of their own: the whole group is ended.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => {
                return Ok(Err(format!(
                    "cannot start {}: {error}",
                    self.program.display()
                )));
            }
        };
        let group = child.id();
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let ended = tokio::select! {
            ended = async { tokio::join!(tail(stdout), tail(stderr), child.wait()) } => Some(ended),
            () = tokio::time::sleep(timeout) => None,
            () = interrupt.wait() => {
                end(group);
                return Err(Stop::Interrupted);
            }
        };
        Ok(match ended {
            Some((_, _, Ok(status))) if status.success() => Ok(()),
            Some((stdout, stderr, Ok(status))) => {
                let said = if stderr.is_empty() { stdout } else { stderr };
                Err(format!("{}: {status}: {}", self.name(), told(&said)))
            }
            Some((_, _, Err(error))) => Err(format!("{}: {error}", self.name())),
            None => {
                end(group);
                Err(format!(
                    "{}: no end within {} s",
                    self.name(),
                    timeout.as_secs()
                ))
            }
        })
    }

    fn name(&self) -> String {
        let path = std::path::Path::new(&self.program);
        path.file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned()
    }
}

#[cfg(unix)]
fn end(group: Option<u32>) {
    let pid = group
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // It may have ended by itself in the meantime.
        let _ = kill_process_group(pid, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn end(_group: Option<u32>) {}

async fn tail(stream: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut kept = Vec::new();
    let Some(mut stream) = stream else {
        return kept;
    };
    let mut buffer = [0; 4_096];
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        kept.extend_from_slice(&buffer[..read]);
        let excess = kept.len().saturating_sub(KEPT);
        kept.drain(..excess);
    }
    kept
}

/// What a tool said, on one line; the beginning of what was kept tells most.
fn told(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let error = lines.clone().find(|line| {
        let line = line.to_lowercase();
        line.contains("error") || line.contains("fatal")
    });
    let line = match error {
        Some(error) => error.to_owned(),
        None => lines.next_back().unwrap_or("it said nothing").to_owned(),
    };
    line.chars()
        .take(TOLD)
        .collect::<String>()
        .replace(char::is_control, " ")
}

/// The program of this name in PATH.
pub(super) fn in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// Standard output of a program that answers at once; `None` when it fails.
pub(super) fn asked(program: &std::path::Path, arguments: &[&str]) -> Option<String> {
    let output = std::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text)
}

/// pwbench's folder in the user's cache.
pub(super) fn cache() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let base = match set("XDG_CACHE_HOME") {
        Some(cache) => PathBuf::from(cache),
        None => PathBuf::from(set("HOME")?).join(".cache"),
    };
    Some(base.join("pwbench"))
}

/// A word as a shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=+,:@%".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_anything_special_are_quoted() {
        assert_eq!(quoted("-O3"), "-O3");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn the_first_line_that_speaks_of_an_error_is_told() {
        assert_eq!(
            told(b"warning: x\nerror: no such flag\n  help"),
            "error: no such flag"
        );
        assert_eq!(told(b"a\nb\n"), "b");
        assert_eq!(told(b""), "it said nothing");
    }
}
