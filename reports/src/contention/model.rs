//! What a contention campaign writes: one trial is one process with so many threads.

use crate::model::{
    Cell, Latency, Machine, RuntimeManifest, SCHEMA, Status, Unavailable, WorkloadInfo,
};
use serde::{Deserialize, Serialize};

/// The word in the field `kind` of `campaign.json`.
pub const CONTENTION_KIND: &str = "contend";

/// How the transactions get to the filter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Threads of one process call the filter themselves.
    #[default]
    InProcess,
    /// A proxy with as many workers, loaded over sockets.
    Proxy,
}

/// `campaign.json` of a contention campaign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContentionCampaign {
    /// `contend`.
    pub kind: String,
    /// Version of the result model.
    pub schema: u32,
    /// The campaign's id; also the name of its folder.
    pub id: String,
    /// When it began, in milliseconds since the Unix epoch.
    pub started_unix_ms: u64,
    /// When it ended; `None` while it runs.
    pub finished_unix_ms: Option<u64>,
    /// Version of pwbench.
    pub pwbench_version: String,
    /// The command line, as given.
    pub command_line: Vec<String>,
    /// Seed of everything random in the campaign.
    pub seed: u64,
    /// Blocks that were planned.
    pub blocks_planned: u32,
    /// Blocks in which every cell had its trial.
    pub blocks_complete: u32,
    /// True when it was stopped early; what was measured still counts.
    pub interrupted: bool,
    /// What a reader must know of how the campaign went, one sentence each.
    pub notes: Vec<String>,
    /// How the transactions got to the filter.
    pub way: Way,
    /// Time that each trial measured, in milliseconds.
    pub measured_ms: u64,
    /// Where it ran.
    pub machine: Machine,
    /// The fairness manifest, one row for each runtime that took part.
    pub runtimes: Vec<RuntimeManifest>,
    /// The workloads that took part.
    pub workloads: Vec<WorkloadInfo>,
    /// What could not take part, and how it could.
    pub unavailable: Vec<Unavailable>,
}

impl Default for ContentionCampaign {
    fn default() -> Self {
        Self {
            kind: CONTENTION_KIND.to_owned(),
            schema: SCHEMA,
            id: String::new(),
            started_unix_ms: 0,
            finished_unix_ms: None,
            pwbench_version: String::new(),
            command_line: Vec::new(),
            seed: 0,
            blocks_planned: 0,
            blocks_complete: 0,
            interrupted: false,
            notes: Vec::new(),
            way: Way::default(),
            measured_ms: 0,
            machine: Machine::default(),
            runtimes: Vec::new(),
            workloads: Vec::new(),
            unavailable: Vec::new(),
        }
    }
}

/// One line of `trials.jsonl` of a contention campaign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContentionTrial {
    /// The block, counted from 1; 0 is the check pass before the first block.
    pub block: u32,
    /// Position within the block, counted from 0.
    pub order: u32,
    /// What was measured.
    pub cell: Cell,
    /// When the trial's process was started, in milliseconds since the Unix epoch.
    pub started_unix_ms: u64,
    /// From start to end of the trial's process, in nanoseconds.
    pub wall_ns: u64,
    /// How it ended.
    #[serde(flatten)]
    pub status: Status,
    /// What was measured, when it ended well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contended: Option<Contended>,
    /// Why its rate may not be that of the threads, when something else set the pace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<String>,
}

/// What threads did that shared a plugin's VMs, or had their own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Contended {
    /// From when all threads were let go until they were told to stop, in nanoseconds.
    pub wall_ns: u64,
    /// What each thread got.
    pub threads: Vec<ThreadShare>,
    /// Latency of transactions of all threads, as seen by whoever waits for them.
    pub latency: Latency,
    /// Waiting for VMs that threads share; `None` where none are shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locks: Option<LockWaits>,
    /// Resident memory of the process under load, in bytes.
    pub resident_bytes: u64,
    /// VMs that were started before and during the measured time.
    pub vms_started: u64,
}

/// What one thread got of the measured time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadShare {
    /// Transactions that it finished.
    pub transactions: u64,
    /// CPU time that it used, in nanoseconds.
    pub cpu_ns: u64,
}

/// Waiting for locks of VMs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockWaits {
    /// Locks that were taken.
    pub acquisitions: u64,
    /// Of those, locks that were not free.
    pub contended: u64,
    /// Time waited for these by all threads together, in nanoseconds.
    pub waited_ns: u64,
    /// The waits; free locks are not among them.
    pub waits: Latency,
}

impl Contended {
    /// Transactions of all threads.
    pub fn transactions(&self) -> u64 {
        self.threads.iter().map(|thread| thread.transactions).sum()
    }

    /// Transactions per second of all threads together.
    pub fn rate(&self) -> f64 {
        self.transactions() as f64 / (self.wall_ns as f64 / 1e9)
    }

    /// CPU time of a transaction, in nanoseconds.
    pub fn cpu_ns(&self) -> f64 {
        let cpu: u64 = self.threads.iter().map(|thread| thread.cpu_ns).sum();
        cpu as f64 / self.transactions() as f64
    }

    /// Part of all threads' time that went by waiting for VMs, 0 to 1.
    pub fn lock_share(&self) -> Option<f64> {
        let time = self.wall_ns as f64 * self.threads.len() as f64;
        Some(self.locks.as_ref()?.waited_ns as f64 / time)
    }

    /// Part of the locks that were not free, 0 to 1.
    pub fn contended_share(&self) -> Option<f64> {
        let locks = self.locks.as_ref()?;
        Some(locks.contended as f64 / locks.acquisitions as f64)
    }
}
