//! A proxy of one side: a child of this very program, `pwbench serve`.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use peers::{Cores, Usage, usage_of};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Child;

use crate::experiment::PAD;
use crate::load::child;
use crate::trial::Failed;

/// How long it may take to compile its plugins and listen.
const PATIENCE: Duration = Duration::from_secs(60);
/// What it says of each listener, before the listener's name.
const LISTENING: &str = "listening: ";

/// A proxy that listens; ended with the value.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    pub(super) address: SocketAddr,
    /// From its start until it listened.
    pub(super) start_up: Duration,
}

impl Server {
    /// Starts `pwbench serve` with a configuration, everything in it that is an address put
    /// aside, and with an environment that is longer by `pad` bytes: that moves the stack.
    ///
    /// # Errors
    /// When it does not listen.
    pub(super) async fn start(
        program: &Path,
        file: &Path,
        upstream: SocketAddr,
        cores: &Cores,
        pad: usize,
    ) -> Result<Self, Failed> {
        let mut command = child::command(program);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--workers", "1"])
            .args(["--upstream", &upstream.to_string()])
            .arg("--config")
            .arg(file)
            .env(PAD, "x".repeat(pad))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let begin = Instant::now();
        let mut child = child::spawn(command, cores).map_err(Failed::error)?;
        let Some(errors) = child.stderr.take() else {
            return Err(Failed::error("the proxy has no output"));
        };
        let mut lines = BufReader::new(errors).lines();
        let mut said = Vec::new();
        let listened = tokio::time::timeout(PATIENCE, async {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some(address) = address_in(&line) {
                    return Some(address);
                }
                said.push(line);
            }
            None
        });
        match listened.await {
            Ok(Some(address)) => {
                let start_up = begin.elapsed();
                // It must not wait for a reader; what plugins log is of no use here.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                Ok(Self {
                    child,
                    address,
                    start_up,
                })
            }
            Ok(None) => Err(Failed::error(format!(
                "the proxy did not start: {}; try `pwbench serve --check --config {}`",
                said.join(" / "),
                file.display()
            ))),
            Err(_) => Err(Failed::error(format!(
                "the proxy did not listen within 60 s; try `pwbench serve --config {}`",
                file.display()
            ))),
        }
    }

    /// What it has used.
    pub(super) fn usage(&self) -> Usage {
        self.child.id().map(usage_of).unwrap_or_default()
    }

    /// Ends it.
    pub(super) async fn stop(mut self) {
        // It may have ended by itself.
        let _ = self.child.kill().await;
    }
}

fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, address) = line.strip_prefix(LISTENING)?.rsplit_once(" on ")?;
    address.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_what_the_proxy_says() {
        let address = address_in("listening: web on 127.0.0.1:4711");
        assert_eq!(address, Some(([127, 0, 0, 1], 4711).into()));
        assert_eq!(address_in("note: proxy.yaml: left out"), None);
    }
}
