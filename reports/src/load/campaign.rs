//! `campaign.json` of a load campaign.

use super::LoadRow;
use crate::model::{Machine, SCHEMA};
use serde::{Deserialize, Serialize};

/// Everything about a load campaign that is not a round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoadCampaign {
    /// `load`.
    pub kind: String,
    /// Version of the result model.
    pub schema: u32,
    /// Its id; also the name of its folder.
    pub id: String,
    /// When it began, in milliseconds since the Unix epoch.
    pub started_unix_ms: u64,
    /// When it ended; `None` while it runs.
    pub finished_unix_ms: Option<u64>,
    /// Version of pwbench.
    pub pwbench_version: String,
    /// The command line, as given.
    pub command_line: Vec<String>,
    /// The preset.
    pub preset: String,
    /// Seed of everything random.
    pub seed: u64,
    /// Blocks that were planned.
    pub blocks_planned: u32,
    /// Blocks in which every row had its rounds.
    pub blocks_complete: u32,
    /// True when it was stopped early.
    pub interrupted: bool,
    /// What a reader must know, one sentence each.
    pub notes: Vec<String>,
    /// Where it ran.
    pub machine: Machine,
    /// How load was made.
    pub plan: LoadPlan,
    /// What was sent, and what the plugins were.
    pub workload: LoadWorkload,
    /// The proxies that took part.
    pub proxies: Vec<ProxyFacts>,
    /// The rows, in order, the control last.
    pub rows: Vec<LoadRow>,
    /// What could not take part.
    pub unavailable: Vec<LoadAbsence>,
}

impl LoadCampaign {
    /// The word of this kind of campaign.
    pub const KIND: &'static str = "load";
}

impl Default for LoadCampaign {
    fn default() -> Self {
        LoadCampaign {
            kind: LoadCampaign::KIND.to_owned(),
            schema: SCHEMA,
            id: String::new(),
            started_unix_ms: 0,
            finished_unix_ms: None,
            pwbench_version: String::new(),
            command_line: Vec::new(),
            preset: String::new(),
            seed: 0,
            blocks_planned: 0,
            blocks_complete: 0,
            interrupted: false,
            notes: Vec::new(),
            machine: Machine::default(),
            plan: LoadPlan::default(),
            workload: LoadWorkload::default(),
            proxies: Vec::new(),
            rows: Vec::new(),
            unavailable: Vec::new(),
        }
    }
}

/// How load was made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoadPlan {
    /// `http1` or `http2`, between generator and proxy.
    pub protocol: String,
    /// Connections between generator and proxy.
    pub connections: u32,
    /// Workers of each proxy.
    pub workers: u32,
    /// Whether rounds count in which a process did not get its core.
    pub keep_all: bool,
    /// Whether there was a closed loop.
    pub closed: bool,
    /// Rates of the open loops, requests a second.
    pub rates: Vec<f64>,
    /// The objective of the search for the highest rate, e.g. `p99=5ms`.
    pub objective: Option<String>,
    /// Seconds of load before each round's proxy was measured.
    pub warm_up_s: f64,
    /// Seconds of each load.
    pub seconds: f64,
    /// Cores of the proxy, e.g. `1`; empty where nothing was pinned.
    pub proxy_cores: String,
    /// Cores of the upstream.
    pub upstream_cores: String,
    /// Cores of the generator.
    pub generator_cores: String,
}

/// What was sent, and what the plugins were.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoadWorkload {
    /// Name.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Variant of the module.
    pub variant: String,
    /// SHA-256 of the module, in lower-case hexadecimal.
    pub module_sha256: String,
    /// Different exchanges in the traffic.
    pub exchanges: u64,
    /// Who shares a VM in our own proxy.
    pub isolation: String,
}

/// A proxy that took part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProxyFacts {
    /// Its name, as in the rows.
    pub proxy: String,
    /// Its name for people.
    pub title: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its program, in lower-case hexadecimal.
    pub sha256: String,
    /// What runs of it beside the program, such as a module for Lua: name and SHA-256.
    pub parts: Vec<(String, String)>,
}

/// A proxy, or a row of it, that could not take part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoadAbsence {
    /// The proxy, with its filter where others of it took part.
    pub subject: String,
    /// Why.
    pub reason: String,
    /// How it could.
    pub remedy: String,
}
