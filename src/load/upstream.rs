//! The upstream: a child of this very program, `pwbench upstream`.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use peers::{Cores, Usage, usage_of};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Child;

use super::child;
use crate::error::Error;

/// How long it may take to listen.
const PATIENCE: Duration = Duration::from_secs(30);

/// The upstream; ended with the value.
pub(crate) struct Upstream {
    child: Child,
    address: SocketAddr,
}

/// Its first line.
#[derive(Deserialize)]
struct Listening {
    address: SocketAddr,
}

impl Upstream {
    /// Starts it and waits until it listens.
    ///
    /// # Errors
    /// When it does not.
    pub(crate) async fn start(
        program: &Path,
        cores: &Cores,
        traffic: &[String],
    ) -> Result<Self, Error> {
        let mut command = child::command(program);
        command
            .args(["upstream", "--format", "json"])
            .args(traffic)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        let mut child = child::spawn(command, cores)?;
        let failed = |what: &str| Error::Upstream(what.to_owned());
        let output = child
            .stdout
            .take()
            .ok_or_else(|| failed("it has no output"))?;
        let mut line = String::new();
        let mut output = BufReader::new(output);
        let read = tokio::time::timeout(PATIENCE, output.read_line(&mut line)).await;
        match read {
            Ok(Ok(1..)) => {}
            Ok(Ok(0)) => return Err(failed("it ended at once, see its message above")),
            Ok(Err(error)) => return Err(failed(&error.to_string())),
            Err(_) => return Err(failed("it did not listen within 30 s")),
        }
        let listening: Listening =
            serde_json::from_str(&line).map_err(|error| failed(&error.to_string()))?;
        Ok(Self {
            child,
            address: listening.address,
        })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has used.
    pub(crate) fn usage(&self) -> Usage {
        self.child.id().map(usage_of).unwrap_or_default()
    }

    /// Ends it.
    pub(crate) async fn stop(mut self) {
        // It may have ended by itself.
        let _ = self.child.kill().await;
    }
}
