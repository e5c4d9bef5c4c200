//! One process of a sitting, as its parent sees it.

use std::future::Future;
use std::time::Duration;

use reports::{FailureKind, Percentiles};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::task::JoinHandle;

use crate::experiment::{Runner, describe_death, tail};
use crate::trial::{Answer, Failed, Job, PROTOCOL, Ready, Slice, Spec, Subject, Turn, TurnsJob};

/// Lines that a library in the child may print before an answer.
const MOST_NOISE: usize = 1_000;

/// A child that takes turns. Dropping it ends the process.
pub(super) struct Player {
    child: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
    errors: JoinHandle<Vec<u8>>,
    timeout: Duration,
}

impl Player {
    /// Starts a process and waits until it is warm.
    pub(super) async fn start(
        runner: &Runner,
        subject: Subject,
        turns: TurnsJob,
    ) -> Result<(Self, Ready), Failed> {
        let spec = Spec {
            job: Job::Turns { subject, turns },
        };
        let mut child = runner.start().map_err(|error| {
            Failed::error(format!("cannot start a process of pwbench: {error}"))
        })?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (Some(input), Some(output)) = (input, output) else {
            return Err(Failed::error("a child has no pipes"));
        };
        let errors = tokio::spawn(tail(child.stderr.take()));
        let mut player = Self {
            child,
            input: Some(input),
            output: BufReader::new(output).lines(),
            errors,
            timeout: runner.timeout(),
        };
        match player.ask(&spec).await? {
            Answer::Ready(ready) if ready.protocol == PROTOCOL => Ok((player, *ready)),
            Answer::Ready(ready) => Err(Failed::error(format!(
                "pwbench {} takes turns by protocol {}, this build by {PROTOCOL}; \
                 compare builds that are closer to each other",
                ready.version, ready.protocol
            ))),
            other => Err(unexpected(other)),
        }
    }

    /// Measures one slice.
    pub(super) async fn turn(&mut self, passes: u64) -> Result<Slice, Failed> {
        match self.ask(&Turn { passes }).await? {
            Answer::Slice(slice) => Ok(slice),
            other => Err(unexpected(other)),
        }
    }

    /// Ends the process and hears what it has to say of all its turns.
    pub(super) async fn finish(mut self) -> Result<Percentiles, Failed> {
        self.input = None;
        let latency = match self.hear().await? {
            Answer::Turned { latency } => latency,
            other => return Err(unexpected(other)),
        };
        let status = within(self.timeout, self.child.wait()).await?;
        match status {
            Ok(status) if status.success() => Ok(latency),
            _ => Err(self.end().await),
        }
    }

    async fn ask(&mut self, message: &impl serde::Serialize) -> Result<Answer, Failed> {
        let mut line = serde_json::to_vec(message).map_err(Failed::error)?;
        line.push(b'\n');
        if let Some(input) = &mut self.input {
            // A child that dies before it has read everything says so by its status.
            let _ = input.write_all(&line).await;
        }
        self.hear().await
    }

    async fn hear(&mut self) -> Result<Answer, Failed> {
        let timeout = self.timeout;
        for _ in 0..MOST_NOISE {
            match within(timeout, self.output.next_line()).await? {
                Ok(Some(line)) => match serde_json::from_str(&line) {
                    Ok(Answer::Failed(failed)) => return Err(failed),
                    Ok(answer) => return Ok(answer),
                    Err(_) => {}
                },
                Ok(None) | Err(_) => return Err(self.end().await),
            }
        }
        Err(Failed::error("the process prints lines without an end"))
    }

    /// Why the process has ended.
    async fn end(&mut self) -> Failed {
        let ended = within(self.timeout, async {
            let status = self.child.wait().await;
            let errors = (&mut self.errors).await.unwrap_or_default();
            (status, errors)
        });
        match ended.await {
            Ok((Ok(status), errors)) => describe_death(status, &errors),
            Ok((Err(error), _)) => Failed::error(format!("lost a process: {error}")),
            Err(failed) => failed,
        }
    }
}

async fn within<T>(timeout: Duration, work: impl Future<Output = T>) -> Result<T, Failed> {
    tokio::time::timeout(timeout, work).await.map_err(|_| {
        let seconds = timeout.as_secs_f64();
        let reason =
            format!("no answer within {seconds} s; give --trial-timeout if it needs longer");
        Failed::new(FailureKind::Timeout, reason)
    })
}

fn unexpected(answer: Answer) -> Failed {
    Failed::error(format!("not the answer to a turn: {answer:?}"))
}
