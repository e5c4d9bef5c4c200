//! The whole upstream.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use socket2::{Domain, Protocol, Socket, Type};
use workloads::Exchange;

use super::answers::Answers;
use super::worker::{Setup, Worker, WorkerCounts};
use crate::error::LoadError;
use crate::pin::pin;
use crate::stop::Stop;

const BACKLOG: i32 = 4_096;

/// What an upstream answers, and with what.
#[derive(Debug, Clone)]
pub struct UpstreamPlan {
    /// Where it listens; port 0 for any.
    pub address: SocketAddr,
    /// Threads.
    pub threads: usize,
    /// CPUs that threads are pinned to, in turn; empty for none.
    pub pins: Vec<usize>,
    /// What it answers; a short text to everything else.
    pub exchanges: Vec<Exchange>,
    /// How long every answer waits.
    pub delay: Duration,
}

impl Default for UpstreamPlan {
    fn default() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            threads: 1,
            pins: Vec::new(),
            exchanges: Vec::new(),
            delay: Duration::ZERO,
        }
    }
}

/// What an upstream has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpstreamCounts {
    /// Requests received whole.
    pub requests: u64,
    /// Connections accepted.
    pub connections: u64,
}

/// A server that answers recorded exchanges over HTTP/1.1 and, with prior knowledge, HTTP/2.
/// Dropping it ends it.
#[derive(Debug)]
pub struct Upstream {
    address: SocketAddr,
    stop: Stop,
    counts: Vec<Arc<WorkerCounts>>,
    threads: Vec<JoinHandle<io::Result<()>>>,
}

impl Upstream {
    /// Starts it; once this returns it accepts connections.
    ///
    /// # Errors
    /// When the address is taken or not of this machine, a CPU is not there, or the system
    /// refuses threads.
    pub fn start(plan: &UpstreamPlan) -> Result<Self, LoadError> {
        if !plan.address.ip().is_loopback() {
            return Err(LoadError::NotLoopback(plan.address.to_string()));
        }
        if !(1..=256).contains(&plan.threads) {
            return Err(LoadError::Number {
                name: "the number of threads",
                given: plan.threads.to_string(),
                wanted: "1 to 256",
            });
        }
        is_free(plan.address).map_err(|source| LoadError::Listen {
            address: plan.address,
            source,
        })?;
        let answers = Arc::new(Answers::new(&plan.exchanges));
        let mut server = Self {
            address: plan.address,
            stop: Stop::default(),
            counts: Vec::new(),
            threads: Vec::new(),
        };
        for index in 0..plan.threads {
            let listener = listen(server.address).map_err(|source| LoadError::Listen {
                address: plan.address,
                source,
            })?;
            server.address = listener.local_addr().map_err(LoadError::system("listen"))?;
            let counts = Arc::new(WorkerCounts::default());
            let pins = &plan.pins;
            let setup = Setup {
                listener,
                answers: answers.clone(),
                delay: plan.delay,
                counts: counts.clone(),
                stop: server.stop.clone(),
                pin: (!pins.is_empty()).then(|| pins[index % pins.len()]),
            };
            server.spawn(index, setup)?;
            server.counts.push(counts);
        }
        Ok(server)
    }

    fn spawn(&mut self, index: usize, setup: Setup) -> Result<(), LoadError> {
        let (pinned, is_pinned) = std::sync::mpsc::channel();
        let run = move || {
            let done = pin(setup.pin.as_slice(), 0);
            let ok = done.is_ok();
            // The server waits for this one word.
            let _ = pinned.send(done);
            if ok {
                Worker::new(setup)?.run()
            } else {
                Ok(())
            }
        };
        let thread = Builder::new()
            .name(format!("upstream-{index}"))
            .spawn(run)
            .map_err(LoadError::system("start a thread"))?;
        self.threads.push(thread);
        is_pinned.recv().unwrap_or(Ok(()))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has done so far.
    pub fn counts(&self) -> UpstreamCounts {
        let mut sum = UpstreamCounts::default();
        for counts in &self.counts {
            sum.requests += counts.requests.load(Ordering::Relaxed);
            sum.connections += counts.connections.load(Ordering::Relaxed);
        }
        sum
    }

    /// Ends it with all its connections.
    pub fn end(&mut self) {
        self.stop.now();
        for thread in self.threads.drain(..) {
            // A worker that failed has ended, too.
            let _ = thread.join();
        }
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.end();
    }
}

/// Threads share a port, and so would another upstream that was left running: it must not.
fn is_free(address: SocketAddr) -> io::Result<()> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(1)
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}
