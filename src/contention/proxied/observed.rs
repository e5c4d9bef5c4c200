//! What is seen of a proxy from outside.

use std::collections::BTreeMap;
use std::fs;

use hdrhistogram::Histogram;
use reports::{Contended, Latency, LockWaits, ThreadShare};
use serde::Deserialize;

use super::admin;
use crate::trial::Failed;

/// What is seen of a proxy at one moment.
pub(super) struct Observed {
    /// Requests and CPU time of each worker.
    workers: Vec<ThreadShare>,
    locks: Option<Locks>,
    started: u64,
    resident_bytes: u64,
}

#[derive(Debug, Deserialize)]
struct Worker {
    requests: u64,
}

#[derive(Debug, Deserialize)]
struct Plugin {
    started: u64,
    locks: Option<Locks>,
}

#[derive(Debug, Deserialize)]
struct Locks {
    taken: u64,
    contended: u64,
    waited_ns: u64,
    waits: Vec<(u64, u64)>,
}

impl Observed {
    /// Looks at the proxy with this process id, which has one plugin.
    pub(super) async fn of(address: &str, process: u32, workers: u32) -> Result<Self, Failed> {
        let seen: Vec<Worker> = admin::get(address, "/workers").await?;
        let plugins: Vec<Plugin> = admin::get(address, "/vms").await?;
        let cpu = cpu_of_workers(process);
        let share = |number: u32| ThreadShare {
            transactions: seen
                .get(number as usize)
                .map_or(0, |worker| worker.requests),
            cpu_ns: cpu.get(&number).copied().unwrap_or(0),
        };
        let plugin = plugins
            .into_iter()
            .next()
            .ok_or_else(|| Failed::error("the proxy shows no plugin"))?;
        Ok(Self {
            workers: (0..workers).map(share).collect(),
            locks: plugin.locks,
            started: plugin.started,
            resident_bytes: resident_bytes(process),
        })
    }

    /// What happened since an earlier look, `seconds` of load later.
    pub(super) fn since(
        &self,
        before: &Self,
        seconds: f64,
        latency: Latency,
    ) -> Result<Contended, Failed> {
        let share = |(now, then): (&ThreadShare, &ThreadShare)| ThreadShare {
            transactions: now.transactions.saturating_sub(then.transactions),
            cpu_ns: now.cpu_ns.saturating_sub(then.cpu_ns),
        };
        let locks = match (&self.locks, &before.locks) {
            (Some(now), Some(then)) => Some(now.since(then)?),
            _ => None,
        };
        Ok(Contended {
            wall_ns: (seconds * 1e9) as u64,
            threads: self
                .workers
                .iter()
                .zip(&before.workers)
                .map(share)
                .collect(),
            latency,
            locks,
            resident_bytes: self.resident_bytes,
            vms_started: self.started,
        })
    }
}

impl Locks {
    fn since(&self, then: &Self) -> Result<LockWaits, Failed> {
        let failed = |error: &dyn std::fmt::Display| Failed::error(format!("histogram: {error}"));
        let before: BTreeMap<u64, u64> = then.waits.iter().copied().collect();
        let mut waits = Histogram::<u64>::new(3).map_err(|error| failed(&error))?;
        for (bound, count) in &self.waits {
            let new = count.saturating_sub(before.get(bound).copied().unwrap_or(0));
            waits.saturating_record_n(*bound, new);
        }
        Ok(LockWaits {
            acquisitions: self.taken.saturating_sub(then.taken),
            contended: self.contended.saturating_sub(then.contended),
            waited_ns: self.waited_ns.saturating_sub(then.waited_ns),
            waits: Latency::from_histogram(&waits).map_err(|error| failed(&error))?,
        })
    }
}

/// CPU time of each `worker-N` thread, in nanoseconds; empty where the system does not tell.
fn cpu_of_workers(process: u32) -> BTreeMap<u32, u64> {
    let Ok(tasks) = fs::read_dir(format!("/proc/{process}/task")) else {
        return BTreeMap::new();
    };
    let worker = |task: fs::DirEntry| {
        let name = fs::read_to_string(task.path().join("comm")).ok()?;
        let number = name.trim().strip_prefix("worker-")?.parse().ok()?;
        let stat = fs::read_to_string(task.path().join("schedstat")).ok()?;
        Some((number, stat.split(' ').next()?.parse().ok()?))
    };
    tasks.flatten().filter_map(worker).collect()
}

/// Resident memory of a process, in bytes; 0 where the system does not tell.
fn resident_bytes(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kibibytes.map_or(0, |kibibytes| kibibytes << 10)
}
