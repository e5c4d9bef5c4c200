//! How engines fail.

use std::fmt;

/// Why an engine would not take a module or artifact.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The engine cannot run here at all.
    #[error("{runtime} is not available: {reason}; {remedy}")]
    Unavailable {
        /// Runtime id, `engine/mode`.
        runtime: String,
        /// What is missing.
        reason: String,
        /// What to do about it.
        remedy: String,
    },
    /// The engine refused the module.
    #[error("{runtime} refused the module: {reason}")]
    Compile {
        /// Runtime id.
        runtime: String,
        /// The engine's own words.
        reason: String,
    },
    /// The engine refused an ahead-of-time artifact: stale, foreign or truncated.
    #[error("{runtime} refused the artifact: {reason}; compile it again with this runtime")]
    Artifact {
        /// Runtime id.
        runtime: String,
        /// The engine's own words.
        reason: String,
    },
    /// The engine could not make an instance.
    #[error("{runtime} could not instantiate the module: {reason}")]
    Instantiate {
        /// Runtime id.
        runtime: String,
        /// The engine's own words.
        reason: String,
    },
    /// The engine has no such ability.
    #[error("{runtime} cannot {what}")]
    Unsupported {
        /// Runtime id.
        runtime: String,
        /// What was asked.
        what: String,
    },
}

/// What ended a call into the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrapKind {
    /// `unreachable`: a panic or an abort in the guest.
    Unreachable,
    /// A memory or table access out of bounds.
    OutOfBounds,
    /// The guest's stack is used up.
    StackOverflow,
    /// The deadline passed.
    Deadline,
    /// The guest called `proc_exit` with this code.
    Exit(u32),
    /// The VM had already ended.
    Dead,
    /// Any other trap: division by zero, bad conversion, wrong indirect call ...
    Other,
}

/// The end of a call into the guest. The VM must not be called again.
#[derive(Clone, Debug)]
pub struct Trap(Box<(TrapKind, String)>);

impl Trap {
    /// A trap with the engine's own message.
    #[cold]
    pub fn new(kind: TrapKind, message: impl Into<String>) -> Self {
        Self(Box::new((kind, message.into())))
    }

    /// What happened.
    pub fn kind(&self) -> TrapKind {
        self.0.0
    }

    /// The engine's own message.
    pub fn message(&self) -> &str {
        &self.0.1
    }
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind(), self.message())
    }
}

impl std::error::Error for Trap {}
