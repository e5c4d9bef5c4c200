//! Campaigns: one invocation, one results folder.

use super::{ConformanceRow, Pair, RuntimeManifest, SCHEMA, Shard, schema};
use serde::{Deserialize, Serialize};

/// `campaign.json`: everything about a campaign that is not a trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Campaign {
    /// Version of the result model.
    #[serde(default = "schema")]
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
    /// The preset, for example `quick`.
    pub preset: String,
    /// Seed of everything random in the campaign.
    pub seed: u64,
    /// The part of a larger plan that this is, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// Blocks that were planned.
    pub blocks_planned: u32,
    /// Blocks in which every cell had its trial.
    pub blocks_complete: u32,
    /// True when it was stopped early; what was measured still counts.
    pub interrupted: bool,
    /// What a reader must know of how the campaign went, one sentence each.
    pub notes: Vec<String>,
    /// Where it ran.
    pub machine: Machine,
    /// The fairness manifest, one row for each runtime that took part.
    pub runtimes: Vec<RuntimeManifest>,
    /// The workloads that took part.
    pub workloads: Vec<WorkloadInfo>,
    /// What could not take part, and how it could.
    pub unavailable: Vec<Unavailable>,
    /// How the runtimes did in the conformance suite.
    pub conformance: Vec<ConformanceRow>,
    /// Pairs of runtimes that an answer was asked for by name.
    pub pairs: Vec<Pair>,
    /// Where the campaign's wall time went.
    pub wall: CampaignWall,
}

impl Default for Campaign {
    fn default() -> Self {
        Campaign {
            schema: SCHEMA,
            id: String::new(),
            started_unix_ms: 0,
            finished_unix_ms: None,
            pwbench_version: String::new(),
            command_line: Vec::new(),
            preset: String::new(),
            seed: 0,
            shard: None,
            blocks_planned: 0,
            blocks_complete: 0,
            interrupted: false,
            notes: Vec::new(),
            machine: Machine::default(),
            runtimes: Vec::new(),
            workloads: Vec::new(),
            unavailable: Vec::new(),
            conformance: Vec::new(),
            pairs: Vec::new(),
            wall: CampaignWall::default(),
        }
    }
}

/// Fingerprint of the machine.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Machine {
    /// Tells machines of one make apart without naming them: the beginning of a SHA-256 over
    /// the host's name and id; empty where unknown.
    pub identity: String,
    /// Operating system.
    pub os: String,
    /// Kernel version.
    pub kernel: String,
    /// CPU model.
    pub cpu_model: String,
    /// Cores that the process may use.
    pub cores: u32,
    /// Physical memory, in bytes.
    pub memory_bytes: u64,
    /// CPU frequency governor, where the system tells.
    pub governor: Option<String>,
    /// The hypervisor or container, where one was seen.
    pub virtualised: Option<String>,
    /// Load average over one minute before the campaign.
    pub load_before: Option<f64>,
    /// The compiler that built pwbench.
    pub rustc: String,
}

impl Machine {
    /// Whether two campaigns ran on one and the same machine, as far as can be told: equal in
    /// all but the load, and known apart from others of their make.
    pub fn is_same(&self, other: &Machine) -> bool {
        let without_load = |machine: &Machine| Machine {
            load_before: None,
            rustc: String::new(),
            ..machine.clone()
        };
        !self.identity.is_empty() && without_load(self) == without_load(other)
    }
}

/// A workload that took part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkloadInfo {
    /// Name, as in the cells.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Variant, as in the cells; a workload may take part with several.
    pub variant: String,
    /// SHA-256 of the module, in lower-case hexadecimal.
    pub module_sha256: String,
    /// Size of the module, in bytes.
    pub module_bytes: u64,
    /// Exchanges in one pass.
    pub exchanges: u64,
    /// SHA-256 of the plugin configuration, in lower-case hexadecimal.
    pub configuration_sha256: String,
    /// What built the module.
    pub toolchain: String,
    /// Language of the variant's source; empty when unknown.
    pub language: String,
    /// What the compiler and wasm-opt were asked for; empty when unknown.
    pub flags: String,
    /// The library that computes models for wasi-nn, with its version; empty where the
    /// variant asks for none.
    pub inference: String,
}

/// A runtime that could not take part, wholly or for one workload.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unavailable {
    /// The runtime, engine/mode; empty when none can run the workload.
    pub runtime: String,
    /// The workload it cannot run; `None` when it can run none.
    pub workload: Option<String>,
    /// Why.
    pub reason: String,
    /// How to get it.
    pub remedy: String,
}

/// Where a campaign's wall time went, in nanoseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CampaignWall {
    /// From the first trial's start to the last one's end.
    pub total_ns: u64,
    /// Inside the trials' measured regions.
    pub in_trials_measured_ns: u64,
    /// Inside the engines' compilation.
    pub in_compilation_ns: u64,
}

impl CampaignWall {
    /// Part of the wall time spent measuring or compiling, 0 to 1; `None` without a total.
    pub fn useful_share(&self) -> Option<f64> {
        let useful = self
            .in_trials_measured_ns
            .saturating_add(self.in_compilation_ns);
        (self.total_ns > 0).then(|| useful as f64 / self.total_ns as f64)
    }
}
