//! What all plugins of the process share, and the way to the workers that serve them.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use host_core::abi::LogLevel;
use host_core::services::{CalloutOrigin, Metrics, SharedState};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use super::callout::Job;

thread_local! {
    /// The worker that this thread is.
    static WORKER: Cell<usize> = const { Cell::new(0) };
}

/// Makes this thread the worker of that number. Other threads' requests go to worker 0.
pub(crate) fn set_worker(number: usize) {
    WORKER.set(number);
}

/// What a worker is to do for a plugin.
#[derive(Debug)]
pub(crate) enum Command {
    /// Send a callout.
    Callout(Box<Job>),
    /// Tick a root context.
    Tick {
        plugin: usize,
        vm: u64,
        root: u32,
        period: Duration,
        generation: u64,
    },
    /// Queues have something.
    Queues,
}

/// A callout that runs.
#[derive(Debug)]
pub(super) struct Call {
    /// Dropping it ends the callout.
    pub(super) _alive: oneshot::Sender<()>,
    /// Where further messages of a stream go; `None` when no more may follow.
    pub(super) messages: Option<UnboundedSender<Bytes>>,
}

/// What all plugins share.
#[derive(Debug)]
pub(crate) struct Hub {
    pub(crate) shared: SharedState,
    pub(crate) metrics: Metrics,
    pub(crate) log_level: LogLevel,
    pub(super) start: Instant,
    clusters: Vec<String>,
    workers: Vec<UnboundedSender<Command>>,
    /// Whether a worker has been told of queues and has not looked yet.
    told: Vec<AtomicBool>,
    calls: Mutex<HashMap<CalloutOrigin, Call>>,
    ticks: Mutex<HashMap<(u64, u32), u64>>,
}

impl Hub {
    /// A hub, and what its workers receive.
    pub(crate) fn new(
        workers: usize,
        clusters: Vec<String>,
        log_level: LogLevel,
    ) -> (Self, Vec<UnboundedReceiver<Command>>) {
        let (senders, receivers) = (0..workers).map(|_| unbounded_channel()).unzip();
        let hub = Self {
            shared: SharedState::new(),
            metrics: Metrics::new(),
            log_level,
            start: Instant::now(),
            clusters,
            workers: senders,
            told: (0..workers).map(|_| AtomicBool::new(false)).collect(),
            calls: Mutex::default(),
            ticks: Mutex::default(),
        };
        (hub, receivers)
    }

    /// Index of a cluster.
    pub(super) fn cluster(&self, name: &[u8]) -> Option<usize> {
        self.clusters
            .iter()
            .position(|known| known.as_bytes() == name)
    }

    /// Has the worker that this thread is do something.
    pub(super) fn command(&self, command: Command) {
        // A worker that has ended needs nothing any more.
        let _ = self.workers[WORKER.get()].send(command);
    }

    /// Tells every worker that some VM is to be told of a queue. Costs an atomic read when
    /// none is.
    #[inline]
    pub(super) fn tell_of_queues(&self) {
        if self.shared.has_wakes() {
            self.tell_all();
        }
    }

    #[cold]
    fn tell_all(&self) {
        for (worker, told) in self.workers.iter().zip(&self.told) {
            if !told.swap(true, Ordering::AcqRel) {
                let _ = worker.send(Command::Queues);
            }
        }
    }

    /// A worker looks at its queues.
    pub(crate) fn looks(&self, worker: usize) {
        self.told[worker].store(false, Ordering::Release);
    }

    pub(super) fn calls(&self) -> MutexGuard<'_, HashMap<CalloutOrigin, Call>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ticks(&self) -> MutexGuard<'_, HashMap<(u64, u32), u64>> {
        self.ticks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts, changes or ends the ticks of a root context.
    pub(super) fn tick(&self, plugin: usize, vm: u64, root: u32, period: Option<Duration>) {
        let mut ticks = self.ticks();
        let generation = ticks.get(&(vm, root)).map_or(0, |old| old + 1);
        match period {
            None => {
                ticks.remove(&(vm, root));
            }
            Some(period) => {
                ticks.insert((vm, root), generation);
                drop(ticks);
                self.command(Command::Tick {
                    plugin,
                    vm,
                    root,
                    period,
                    generation,
                });
            }
        }
    }

    /// Whether ticks that were started with `generation` still go on.
    pub(crate) fn still_ticks(&self, vm: u64, root: u32, generation: u64) -> bool {
        self.ticks().get(&(vm, root)) == Some(&generation)
    }

    /// Forgets a VM.
    pub(super) fn forget(&self, vm: u64) {
        self.ticks().retain(|(owner, _), _| *owner != vm);
        self.calls().retain(|origin, _| origin.vm != vm);
    }
}
