//! Processes of this very program.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

use crate::trial::Failed;

/// A process that ends with what holds it.
pub(super) struct Process {
    child: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    stderr: Lines<BufReader<ChildStderr>>,
}

/// What a process wrote until its end.
pub(super) struct Ended {
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
}

impl Process {
    /// Starts this program with `arguments`.
    pub(super) fn start(arguments: impl IntoIterator<Item = String>) -> Result<Self, Failed> {
        let refused = |error: std::io::Error| {
            Failed::error(format!("cannot start a process: {error}; check the limits"))
        };
        let program = std::env::current_exe().map_err(refused)?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env(
                runtimes::ENGINE_LIBRARIES,
                runtimes::engine_libraries_variable(),
            )
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // The terminal's Ctrl-C is the parent's to handle.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn().map_err(refused)?;
        let pipes = child.stdout.take().zip(child.stderr.take());
        let (stdout, stderr) = pipes.ok_or_else(|| Failed::error("a process without pipes"))?;
        Ok(Self {
            child,
            stdout: BufReader::new(stdout).lines(),
            stderr: BufReader::new(stderr).lines(),
        })
    }

    /// Its number.
    pub(super) fn id(&self) -> u32 {
        self.child.id().unwrap_or_default()
    }

    /// The address in the first line of `pwbench upstream`.
    pub(super) async fn address(&mut self) -> Result<String, Failed> {
        let line = self.stdout.next_line().await.ok().flatten();
        let line: Option<serde_json::Value> =
            line.and_then(|line| serde_json::from_str(&line).ok());
        let address = line.and_then(|line| Some(line["address"].as_str()?.to_owned()));
        match address {
            Some(address) => Ok(address),
            None => Err(self.silent("upstream").await),
        }
    }

    /// Where `pwbench serve` listens: its first listener and its admin port.
    pub(super) async fn listening(&mut self) -> Result<(String, String), Failed> {
        let (mut web, mut told) = (None, Vec::new());
        while let Ok(Some(line)) = self.stderr.next_line().await {
            if let Some(place) = line.strip_prefix("listening: admin on http://") {
                let admin = place.trim_end_matches('/').to_owned();
                if let Some(web) = web {
                    return Ok((web, admin));
                }
            } else if let Some((_, place)) = line
                .strip_prefix("listening: ")
                .and_then(|rest| rest.split_once(" on "))
            {
                web = Some(place.to_owned());
            } else {
                told.push(line);
            }
        }
        Err(Failed::error(format!(
            "the proxy did not start: {}",
            told.join(" | ")
        )))
    }

    /// All it writes until its end.
    pub(super) async fn end(self) -> Result<Ended, Failed> {
        let Self {
            mut child,
            stdout,
            stderr,
        } = self;
        let (mut out, mut err) = (stdout.into_inner(), stderr.into_inner());
        let (mut stdout, mut said) = (Vec::new(), Vec::new());
        let read = tokio::join!(out.read_to_end(&mut stdout), err.read_to_end(&mut said));
        read.0.and(read.1).map_err(Failed::error)?;
        child.wait().await.map_err(Failed::error)?;
        Ok(Ended {
            stdout,
            stderr: String::from_utf8_lossy(&said).trim().to_owned(),
        })
    }

    async fn silent(&mut self, name: &str) -> Failed {
        let said = self.stderr.next_line().await.ok().flatten();
        let said = said.unwrap_or_else(|| "it said nothing".to_owned());
        Failed::error(format!("{name} did not start: {said}"))
    }
}
