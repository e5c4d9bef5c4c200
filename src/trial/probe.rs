//! Which WebAssembly proposals a runtime has.

use conformance::{Attempt, Proposal, attempt};
use host_core::EngineOptions;
use serde::{Deserialize, Serialize};

use super::Failed;

/// What was found of one proposal on one runtime.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Finding {
    /// Name of the proposal.
    pub(crate) proposal: String,
    /// What was found.
    pub(crate) support: Support,
    /// The engine's words, where it is not support.
    pub(crate) reason: Option<String>,
}

/// Whether a runtime has a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Support {
    /// It takes the proposal's filter and computes what is right.
    Yes,
    /// It does not take the filter.
    No,
    /// It takes the filter and computes something else.
    Wrong,
    /// It takes the filter and ends its call.
    Trap,
    /// Its process died.
    Crash,
    /// Its process had to be ended.
    Hang,
    /// It could not be found out.
    Unknown,
}

impl Support {
    /// The word in tables and files.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Wrong => "wrong",
            Self::Trap => "trap",
            Self::Crash => "crash",
            Self::Hang => "hang",
            Self::Unknown => "unknown",
        }
    }
}

impl Finding {
    /// A finding with the engine's words, if it had any.
    pub(crate) fn new(proposal: &str, support: Support, reason: Option<String>) -> Self {
        Self {
            proposal: proposal.to_owned(),
            support,
            reason,
        }
    }
}

/// Tries the proposals of these names.
pub(super) fn probe(runtime: &str, proposals: &[String]) -> Result<Vec<Finding>, Failed> {
    let engine = runtimes::open(runtime, EngineOptions::default())?;
    let try_one = |name: &String| {
        let proposal = Proposal::find(name)
            .ok_or_else(|| Failed::error(format!("there is no proposal `{name}`")))?;
        let (support, reason) = match attempt(&*engine, proposal) {
            Attempt::Works => (Support::Yes, None),
            Attempt::Refused(reason) => (Support::No, Some(reason)),
            Attempt::Wrong(reason) => (Support::Wrong, Some(reason)),
            Attempt::Trapped(reason) => (Support::Trap, Some(reason)),
        };
        Ok(Finding::new(name, support, reason))
    };
    proposals.iter().map(try_one).collect()
}
