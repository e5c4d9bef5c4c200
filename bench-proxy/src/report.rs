//! What the admin port shows.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use host_core::Isolation;
use host_core::services::MetricSnapshot;

use crate::plugins::{Hub, LockTotals, PluginShared};
use crate::stats::Stats;

/// What only a worker's own thread can see, as of its last look.
#[derive(Clone, Debug, Default)]
struct Seen {
    connections: usize,
    upstream_connections: usize,
    /// Plugin, VM number and bytes of linear memory.
    vms: Vec<(usize, u64, u64)>,
}

/// What the admin port shows.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) start: Instant,
    pub(crate) hub: Arc<Hub>,
    plugins: Vec<Arc<PluginShared>>,
    stats: Vec<Arc<Stats>>,
    seen: Vec<Mutex<Seen>>,
}

/// The VMs of one plugin.
#[derive(Debug, serde::Serialize)]
pub(crate) struct PluginVms {
    pub(crate) plugin: String,
    pub(crate) runtime: String,
    pub(crate) isolation: String,
    /// Started so far.
    pub(crate) started: u64,
    /// Of those, in place of one that had ended.
    pub(crate) rebuilt: u64,
    /// Calls that ended in a trap, deadlines included.
    pub(crate) traps: u64,
    /// Calls that took too long.
    pub(crate) deadlines: u64,
    /// Waiting for VMs that workers share; null where they share none.
    pub(crate) locks: Option<LockTotals>,
    pub(crate) vms: Vec<VmState>,
}

/// One worker.
#[derive(Debug, serde::Serialize)]
pub(crate) struct WorkerState {
    pub(crate) worker: usize,
    /// Connections of clients that it has had.
    pub(crate) connections: u64,
    /// Connections of clients that it has now.
    pub(crate) connections_active: usize,
    /// Requests that it has received.
    pub(crate) requests: u64,
}

/// One VM.
#[derive(Debug, serde::Serialize)]
pub(crate) struct VmState {
    /// The worker that has it; null when all have.
    pub(crate) worker: Option<usize>,
    pub(crate) vm: u64,
    pub(crate) memory_bytes: u64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Report {
    pub(crate) fn new(
        hub: Arc<Hub>,
        plugins: Vec<Arc<PluginShared>>,
        stats: Vec<Arc<Stats>>,
    ) -> Self {
        Self {
            start: Instant::now(),
            hub,
            plugins,
            seen: stats.iter().map(|_| Mutex::default()).collect(),
            stats,
        }
    }

    /// A worker tells what it sees.
    pub(crate) fn observe(
        &self,
        worker: usize,
        connections: usize,
        upstream_connections: usize,
        vms: Vec<(usize, u64, u64)>,
    ) {
        *lock(&self.seen[worker]) = Seen {
            connections,
            upstream_connections,
            vms,
        };
    }

    /// Name, description and sum over all workers of every counter.
    pub(crate) fn counters(&self) -> Vec<(&'static str, &'static str, u64)> {
        let mut all = self.stats.iter().map(|stats| stats.read());
        let mut sums = all.next().unwrap_or_default();
        for stats in all {
            for (sum, one) in sums.iter_mut().zip(stats) {
                sum.2 += one.2;
            }
        }
        sums
    }

    /// Name, description and value of what goes up and down.
    pub(crate) fn gauges(&self) -> Vec<(&'static str, &'static str, u64)> {
        let seen: Vec<Seen> = self.seen.iter().map(|seen| lock(seen).clone()).collect();
        let sum = |of: fn(&Seen) -> usize| seen.iter().map(of).sum::<usize>() as u64;
        vec![
            (
                "downstream_connections_active",
                "Connections of clients now.",
                sum(|seen| seen.connections),
            ),
            (
                "upstream_connections_active",
                "Connections to upstreams now.",
                sum(|seen| seen.upstream_connections),
            ),
            (
                "uptime_seconds",
                "Age of the process.",
                self.start.elapsed().as_secs(),
            ),
            ("workers", "Threads that serve.", self.stats.len() as u64),
        ]
    }

    /// The plugins and their VMs.
    pub(crate) fn vms(&self) -> Vec<PluginVms> {
        self.plugins.iter().map(|plugin| self.of(plugin)).collect()
    }

    fn of(&self, plugin: &PluginShared) -> PluginVms {
        let pool = &plugin.pool;
        let mut vms = Vec::new();
        match pool.isolation() {
            Isolation::Thread => {
                for (worker, seen) in self.seen.iter().enumerate() {
                    let own = lock(seen).vms.clone().into_iter();
                    vms.extend(own.filter(|(index, ..)| *index == plugin.index).map(
                        |(_, vm, memory_bytes)| VmState {
                            worker: Some(worker),
                            vm,
                            memory_bytes,
                        },
                    ));
                }
            }
            Isolation::Shared | Isolation::Pool(_) => {
                for slot in 0..pool.slots() {
                    vms.extend(pool.enter_slot(slot, |plugin| VmState {
                        worker: None,
                        vm: plugin.vm.number(),
                        memory_bytes: plugin.vm.memory_bytes(),
                    }));
                }
            }
            // They live as long as one stream.
            Isolation::Request => {}
        }
        PluginVms {
            plugin: plugin.name.clone(),
            runtime: plugin.runtime.clone(),
            isolation: pool.isolation().to_string(),
            started: pool.started(),
            rebuilt: pool.rebuilt(),
            traps: plugin.traps(),
            deadlines: plugin.deadlines(),
            locks: plugin.locks(),
            vms,
        }
    }

    /// Each worker, for who wants to know how evenly they are served.
    pub(crate) fn workers(&self) -> Vec<WorkerState> {
        let workers = self.stats.iter().zip(&self.seen).enumerate();
        workers
            .map(|(worker, (stats, seen))| WorkerState {
                worker,
                connections: stats.connections.get(),
                connections_active: lock(seen).connections,
                requests: stats.requests.get(),
            })
            .collect()
    }

    /// The metrics that plugins define.
    pub(crate) fn metrics(&self) -> Vec<MetricSnapshot> {
        self.hub.metrics.snapshot().collect()
    }
}
