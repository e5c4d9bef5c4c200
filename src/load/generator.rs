//! The generator: a child of this very program, `pwbench generate`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use load::{Outcome, SearchOutcome};
use peers::Cores;
use reports::LoadDemand;
use serde::de::DeserializeOwned;
use tokio::process::Command;

use super::child;
use crate::error::Error;
use crate::experiment::{Interrupt, Stop};

/// What the generator may need beyond the time of its load.
const SLACK: Duration = Duration::from_secs(30);
/// The longest that a search may take.
const SEARCH: Duration = Duration::from_secs(600);

/// What answers are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    /// What the upstream sends.
    Recorded,
    /// What a filter should make of it.
    Filtered,
}

/// One load on one proxy.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    pub(crate) target: SocketAddr,
    pub(crate) demand: LoadDemand,
    /// The objective of a search.
    pub(crate) objective: Option<String>,
    pub(crate) duration: Duration,
    pub(crate) connections: u32,
    pub(crate) http2: bool,
    pub(crate) check: Check,
}

/// What a load came to.
#[derive(Debug)]
pub(crate) enum Loaded {
    Ran(Box<Outcome>),
    Found(Box<SearchOutcome>),
}

/// Starts generators.
pub(crate) struct Generator {
    program: PathBuf,
    cores: Cores,
    /// Options that say what is sent.
    traffic: Vec<String>,
    interrupt: Interrupt,
}

impl Generator {
    /// Generators on these cores.
    pub(crate) fn new(
        program: &Path,
        cores: &Cores,
        traffic: &[String],
        interrupt: &Interrupt,
    ) -> Self {
        Self {
            program: program.to_path_buf(),
            cores: cores.clone(),
            traffic: traffic.to_vec(),
            interrupt: interrupt.clone(),
        }
    }

    /// Whether Ctrl-C was pressed.
    pub(crate) fn interrupted(&self) -> bool {
        self.interrupt.pressed()
    }

    /// Loads a proxy.
    ///
    /// # Errors
    /// When the generator cannot be started, says nothing that can be read, or was interrupted.
    pub(crate) async fn run(&self, load: &Load) -> Result<Loaded, Stop> {
        if self.interrupted() {
            return Err(Stop::Interrupted);
        }
        let mut command = child::command(&self.program);
        command
            .args(arguments(load))
            .args(&self.traffic)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let limit = match load.demand {
            LoadDemand::Search => SEARCH,
            _ => load.duration + SLACK,
        };
        let output = self.output(command, limit).await?;
        match load.demand {
            LoadDemand::Search => read(&output).map(|found| Loaded::Found(Box::new(found))),
            _ => read(&output).map(|outcome| Loaded::Ran(Box::new(outcome))),
        }
        .map_err(Stop::from)
    }

    async fn output(&self, command: Command, limit: Duration) -> Result<Vec<u8>, Stop> {
        let child = child::spawn(command, &self.cores)?;
        let mut interrupt = self.interrupt.clone();
        // Dropping the child ends it.
        let output = tokio::select! {
            output = child.wait_with_output() => output.map_err(Error::Spawn)?,
            () = tokio::time::sleep(limit) => {
                let seconds = limit.as_secs();
                return Err(Error::Generator(format!("no end within {seconds} s")).into());
            }
            () = interrupt.wait() => return Err(Stop::Interrupted),
        };
        if output.stdout.is_empty() {
            let said = String::from_utf8_lossy(&output.stderr);
            let said: Vec<&str> = said.lines().collect();
            return Err(Error::Generator(said.join(" / ")).into());
        }
        Ok(output.stdout)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|error| Error::Generator(error.to_string()))
}

/// Options of `pwbench generate`.
fn arguments(load: &Load) -> Vec<String> {
    let mut arguments = vec!["generate".to_owned()];
    let mut option = |name: &str, value: String| arguments.extend([name.to_owned(), value]);
    option("--url", format!("http://{}/", load.target));
    option("--format", "json".to_owned());
    // The proxy is warm already, and its account begins with the generator.
    option("--warm-up", "0".to_owned());
    option("--duration", load.duration.as_secs_f64().to_string());
    option("--connections", load.connections.to_string());
    let check = match load.check {
        Check::Recorded => "recorded",
        Check::Filtered => "filtered",
    };
    option("--check", check.to_owned());
    match load.demand {
        LoadDemand::Closed => arguments.push("--closed".to_owned()),
        LoadDemand::Open(rate) => option("--rate", rate.to_string()),
        LoadDemand::Search => {
            option("--slo", load.objective.clone().unwrap_or_default());
            option("--probe", load.duration.as_secs_f64().to_string());
        }
    }
    if load.http2 {
        arguments.push("--http2".to_owned());
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::Parser as _;

    #[test]
    fn the_options_are_those_of_the_command() {
        for demand in [
            LoadDemand::Closed,
            LoadDemand::Open(1_500.0),
            LoadDemand::Search,
        ] {
            let load = Load {
                target: ([127, 0, 0, 1], 80).into(),
                demand,
                objective: Some("p99=5ms".to_owned()),
                duration: Duration::from_millis(500),
                connections: 32,
                http2: true,
                check: Check::Filtered,
            };
            let all = std::iter::once("pwbench".to_owned()).chain(arguments(&load));
            Cli::try_parse_from(all).expect("they parse");
        }
    }
}
