//! Trials through the proxy: `pwbench serve` with as many workers, in front of
//! `pwbench upstream` and loaded by `pwbench generate`, each a process of its own.

mod admin;
mod config;
mod observed;
mod process;

use std::path::{Path, PathBuf};
use std::time::Duration;

use reports::{Contended, FailureKind, Latency};
use serde::Deserialize;

use super::Contest;
use super::cells::Contender;
use crate::error::Error;
use crate::experiment::{Field, Interrupt, Stop};
use crate::trial::{Failed, Source};
use observed::Observed;
use process::{Ended, Process};

/// Connections for each worker, so that the kernel can spread them.
const CONNECTIONS_PER_WORKER: u32 = 16;
/// Time for a process to begin, beside what a trial may take.
const START: Duration = Duration::from_secs(60);

/// What trials through the proxy need.
pub(super) struct Proxied {
    folder: PathBuf,
    /// Where each workload's module, configuration and traffic are.
    fields: Vec<config::Workloads>,
    interrupt: Interrupt,
}

/// What `pwbench generate` says, as far as it is wanted here.
#[derive(Debug, Deserialize)]
struct Generated {
    valid: bool,
    reasons: Vec<String>,
    seconds: f64,
    counts: Counts,
    uncorrected: Distribution,
    wrong_answers: Vec<serde_json::Value>,
    first_errors: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Counts {
    good: u64,
    wrong: u64,
}

#[derive(Debug, Deserialize)]
struct Distribution {
    histogram: Latency,
}

impl Proxied {
    /// Writes modules and configurations into `folder`.
    pub(super) fn new(folder: &Path, field: &Field, interrupt: Interrupt) -> Result<Self, Error> {
        Ok(Self {
            folder: folder.to_path_buf(),
            fields: config::write(folder, field)?,
            interrupt,
        })
    }

    /// Measures one cell; answers what a reader must know beside it, too.
    pub(super) async fn trial(
        &mut self,
        contest: &Contest,
        cell: &Contender,
    ) -> Result<Result<(Contended, Option<String>), Failed>, Stop> {
        let mut interrupt = self.interrupt.clone();
        let limit = START + (contest.time + contest.warm_up()) * 2;
        tokio::select! {
            measured = self.measure(contest, cell) => Ok(measured),
            () = tokio::time::sleep(limit) => Ok(Err(Failed::new(
                FailureKind::Timeout,
                format!("no end within {} s, so its processes were ended", limit.as_secs()),
            ))),
            // The processes end with what is dropped here.
            () = interrupt.wait() => Err(Stop::Interrupted),
        }
    }

    async fn measure(
        &self,
        contest: &Contest,
        cell: &Contender,
    ) -> Result<(Contended, Option<String>), Failed> {
        let own = |workload: &&config::Workloads| workload.is_of(&cell.cell);
        let workload = self
            .fields
            .iter()
            .find(own)
            .ok_or_else(|| Failed::error("the cell's workload is not in the field"))?;
        let traffic = traffic(&cell.passed.subject.workload)?;
        let mut upstream = Process::start(
            ["upstream", "--format", "json"]
                .into_iter()
                .map(str::to_owned)
                .chain(traffic.clone()),
        )?;
        let address = upstream.address().await?;
        let config = config::proxy(workload, contest, cell, &address)?;
        let file = self.folder.join("proxy.yaml");
        std::fs::write(&file, config).map_err(|error| {
            Failed::error(format!("{}: cannot be written: {error}", file.display()))
        })?;
        let mut proxy = Process::start([
            "serve".to_owned(),
            "--config".to_owned(),
            file.display().to_string(),
        ])?;
        let (web, admin) = proxy.listening().await?;
        let load = |time: Duration| {
            let connections = CONNECTIONS_PER_WORKER * cell.cell.threads;
            let fixed = [
                "generate".to_owned(),
                "--url".to_owned(),
                format!("http://{web}/"),
                "--closed".to_owned(),
                "--connections".to_owned(),
                connections.to_string(),
                "--warm-up".to_owned(),
                "0".to_owned(),
                "--duration".to_owned(),
                time.as_secs_f64().to_string(),
                "--format".to_owned(),
                "json".to_owned(),
            ];
            fixed.into_iter().chain(traffic.clone())
        };
        generate(load(contest.warm_up())).await?;
        let before = Observed::of(&admin, proxy.id(), cell.cell.threads).await?;
        let generated = generate(load(contest.time)).await?;
        let after = Observed::of(&admin, proxy.id(), cell.cell.threads).await?;
        let note = (!generated.valid).then(|| generated.reasons.join("; "));
        let contended = after.since(&before, generated.seconds, generated.uncorrected.histogram)?;
        Ok((contended, note))
    }
}

/// Runs the generator to its end.
async fn generate(arguments: impl Iterator<Item = String>) -> Result<Generated, Failed> {
    let Ended { stdout, stderr } = Process::start(arguments)?.end().await?;
    let generated: Generated = serde_json::from_slice(&stdout).map_err(|error| {
        Failed::error(format!("the generator gave no result: {error}; {stderr}"))
    })?;
    if generated.counts.wrong > 0 {
        let first = generated.wrong_answers.first();
        let first = first.map_or(String::new(), |first| format!("; the first: {first}"));
        let text = format!("{} answers were wrong{first}", generated.counts.wrong);
        return Err(Failed::new(FailureKind::Mismatch, text));
    }
    if generated.counts.good == 0 {
        let first = generated.first_errors.first().cloned().unwrap_or_default();
        return Err(Failed::error(format!("no request was answered: {first}")));
    }
    Ok(generated)
}

/// The arguments that name a workload's traffic.
fn traffic(source: &Source) -> Result<Vec<String>, Failed> {
    let requests = match source {
        Source::BuiltIn { name, .. } => return Ok(vec!["--workload".to_owned(), name.clone()]),
        Source::Folder { folder, .. } => {
            workloads::Workload::traffic_file(folder).map_err(Failed::error)?
        }
        Source::Files { requests, .. } => requests.clone(),
    };
    Ok(vec![
        "--requests".to_owned(),
        requests.display().to_string(),
    ])
}
