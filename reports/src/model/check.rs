//! Checks: whether the outcomes were right, before any time is believed.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The outcome check of one cell, over one pass of the traffic.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Check {
    /// Exchanges carried.
    pub exchanges: u64,
    /// Exchanges whose outcome was the expected one.
    pub matched: u64,
    /// The first five that were not.
    pub mismatches: Vec<Mismatch>,
    /// SHA-256 over the trace of host calls, in lower-case hexadecimal.
    pub trace_sha256: String,
    /// Host calls per pass, by name.
    pub host_calls: BTreeMap<String, u64>,
    /// Bytes copied to and from the guest per pass.
    pub bytes_copied: u64,
    /// WebAssembly instructions per pass, counted by the one reference engine; `None` elsewhere.
    pub instructions: Option<u64>,
    /// Where the expectation came from: `given`, or `reference runtime X`.
    pub expectation: String,
    /// How a filter that answers some requests itself decided.
    pub verdicts: Verdicts,
}

/// Decisions of a filter that stops some requests, such as a firewall, held to those that the
/// traffic's author expects. All zero where nobody expects anything to be stopped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Verdicts {
    /// Exchanges that have to pass.
    pub harmless: u64,
    /// Of these, those that were stopped: false positives.
    pub false_positives: u64,
    /// Exchanges that have to be stopped.
    pub attacks: u64,
    /// Of these, those that passed.
    pub missed: u64,
    /// Of these, those that were stopped with another answer, for example by another rule.
    pub answered_otherwise: u64,
}

impl Check {
    /// Mismatches kept in a record.
    pub const KEPT_MISMATCHES: usize = 5;

    /// True when every exchange had the expected outcome.
    pub fn passed(&self) -> bool {
        self.matched == self.exchanges
    }
}

/// One exchange whose outcome was not the expected one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mismatch {
    /// Id of the exchange.
    pub exchange: String,
    /// What differed.
    pub detail: String,
}

/// How one runtime did in the conformance suite.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConformanceRow {
    /// The runtime, engine/mode.
    pub runtime: String,
    /// Items passed.
    pub passed: u32,
    /// Items failed.
    pub failed: u32,
    /// Items that this runtime cannot be asked, for example a memory limit for a native library.
    pub not_applicable: u32,
    /// One line for each failed item.
    pub failures: Vec<String>,
    /// Each proposal of WebAssembly that was tried, with what was found: `yes`, `no`, `wrong`,
    /// `trap`, `crash`, `hang` or `unknown`.
    pub features: BTreeMap<String, String>,
}
