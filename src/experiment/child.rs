//! Child processes: one job each, with a kill timer.

use std::cell::RefCell;
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use reports::FailureKind;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

use super::Interrupt;
use super::death;
use crate::error::Error;
use crate::trial::{Answer, Failed, Job, Spec};

/// Variable whose length moves the child's stack from trial to trial: layout is luck, and
/// luck must not repeat.
pub(crate) const PAD: &str = "PWBENCH_PAD";
const MAX_PAD: usize = 4_096;
/// Bytes kept of what a child writes to standard error.
const KEPT_STDERR: usize = 4_096;
/// The longest answer taken, in bytes.
const MAX_ANSWER: u64 = 64 << 20;

/// Starts children.
pub(crate) struct Runner {
    program: PathBuf,
    timeout: Duration,
    interrupt: Interrupt,
    layout: RefCell<StdRng>,
}

/// A child that has ended.
pub(crate) struct Ran {
    pub(crate) answer: Answer,
    /// When it was started, in milliseconds since the Unix epoch.
    pub(crate) started_unix_ms: u64,
    /// From its start to its end, in nanoseconds.
    pub(crate) wall_ns: u64,
}

/// Why no more children are started.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Ctrl-C.
    Interrupted,
    /// Nothing can go on. Boxed, because it is large and seldom.
    Error(Box<Error>),
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Stop::Error(Box::new(error.into()))
    }
}

impl Runner {
    /// Children of this very program, ended after `timeout`.
    pub(crate) fn new(timeout: Duration, interrupt: Interrupt, seed: u64) -> Result<Self, Error> {
        let program = std::env::current_exe().map_err(Error::Spawn)?;
        Ok(Self {
            program,
            timeout,
            interrupt,
            layout: RefCell::new(StdRng::seed_from_u64(seed ^ 0x1a70_u64)),
        })
    }

    /// The same for children of another build of this program.
    pub(crate) fn of_build(&self, program: PathBuf) -> Self {
        let seed = self.layout.borrow_mut().random();
        Self {
            program,
            timeout: self.timeout,
            interrupt: self.interrupt.clone(),
            layout: RefCell::new(StdRng::seed_from_u64(seed)),
        }
    }

    /// The longest that a child may take to answer.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// What tells of Ctrl-C.
    pub(crate) fn interrupt(&self) -> Interrupt {
        self.interrupt.clone()
    }

    /// Starts a child that has not been told its job.
    pub(crate) fn start(&self) -> io::Result<Child> {
        let pad = self.layout.borrow_mut().random_range(0..MAX_PAD);
        self.spawn(pad)
    }

    /// Whether Ctrl-C was pressed.
    pub(crate) fn interrupted(&self) -> bool {
        self.interrupt.pressed()
    }

    /// Runs one job in a child. That the child crashes or hangs is an answer like any other.
    pub(crate) async fn run(&self, job: Job) -> Result<Ran, Stop> {
        self.run_within(job, self.timeout).await
    }

    /// As [`Runner::run`], with another kill timer where it is shorter.
    pub(crate) async fn run_within(&self, job: Job, timeout: Duration) -> Result<Ran, Stop> {
        let timeout = timeout.min(self.timeout);
        if self.interrupted() {
            return Err(Stop::Interrupted);
        }
        let spec = serde_json::to_vec(&Spec { job })?;
        let pad = self.layout.borrow_mut().random_range(0..MAX_PAD);
        let mut interrupt = self.interrupt.clone();
        let started_unix_ms = unix_ms();
        let start = Instant::now();
        let mut child = self.spawn(pad).map_err(Error::Spawn)?;
        let ended = tokio::select! {
            ended = talk(&mut child, &spec) => Some(ended),
            () = tokio::time::sleep(timeout) => None,
            () = interrupt.wait() => {
                end(&mut child).await;
                return Err(Stop::Interrupted);
            }
        };
        let answer = match ended {
            Some(Ok(ended)) => ended.answer(),
            Some(Err(error)) => {
                end(&mut child).await;
                Answer::Failed(Failed::error(format!("lost the trial's process: {error}")))
            }
            None => {
                end(&mut child).await;
                let seconds = timeout.as_secs_f64();
                let reason = format!(
                    "no answer within {seconds} s, so the process was ended; give --trial-timeout if it needs longer"
                );
                Answer::Failed(Failed::new(FailureKind::Timeout, reason))
            }
        };
        let wall_ns = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        Ok(Ran {
            answer,
            started_unix_ms,
            wall_ns,
        })
    }

    fn spawn(&self, pad: usize) -> io::Result<Child> {
        let mut command = Command::new(&self.program);
        command
            .arg("trial")
            .env(PAD, "x".repeat(pad))
            .env(
                runtimes::ENGINE_LIBRARIES,
                runtimes::engine_libraries_variable(),
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // The terminal's Ctrl-C is the parent's to handle.
        #[cfg(unix)]
        command.process_group(0);
        command.spawn()
    }
}

struct Ended {
    status: ExitStatus,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl Ended {
    /// The child's own answer, or what its end says in place of one.
    fn answer(&self) -> Answer {
        let line = self
            .stdout
            .split(|byte| *byte == b'\n')
            .rfind(|line| !line.trim_ascii().is_empty());
        let answer = line.and_then(|line| serde_json::from_slice(line).ok());
        match answer {
            Some(answer) if self.status.success() => answer,
            _ => Answer::Failed(death::describe(self.status, &self.stderr)),
        }
    }
}

/// Hands the child its job and waits for all it says and for its end.
async fn talk(child: &mut Child, spec: &[u8]) -> io::Result<Ended> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let give = async {
        if let Some(mut stdin) = stdin {
            // A child that dies before it has read everything says so by its status.
            let _ = stdin.write_all(spec).await;
        }
    };
    let hear = async {
        let mut bytes = Vec::new();
        match stdout {
            Some(stdout) => stdout
                .take(MAX_ANSWER)
                .read_to_end(&mut bytes)
                .await
                .map(|_| bytes),
            None => Ok(bytes),
        }
    };
    let ((), stdout, stderr) = tokio::join!(give, hear, tail(stderr));
    Ok(Ended {
        stdout: stdout?,
        stderr,
        status: child.wait().await?,
    })
}

/// The last bytes of a stream.
pub(crate) async fn tail(stream: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut kept = Vec::new();
    let Some(mut stream) = stream else {
        return kept;
    };
    let mut buffer = [0; 4_096];
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        kept.extend_from_slice(&buffer[..read]);
        let excess = kept.len().saturating_sub(KEPT_STDERR);
        kept.drain(..excess);
    }
    kept
}

/// Ends a child by its process id and waits until it is gone.
async fn end(child: &mut Child) {
    // It may have ended by itself in the meantime.
    let _ = child.kill().await;
}

/// Now, in milliseconds since the Unix epoch.
pub(crate) fn unix_ms() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
