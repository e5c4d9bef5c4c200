//! Why a trial failed.

use std::fmt::Display;

use host_core::{EngineError, ModuleError, StartError};
use reports::FailureKind;
use serde::{Deserialize, Serialize};

/// Why a trial failed, for the row that takes its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{kind}: {reason}")]
pub(crate) struct Failed {
    /// What sort of end it was.
    #[serde(rename = "failure")]
    pub(crate) kind: FailureKind,
    /// One sentence.
    pub(crate) reason: String,
}

impl Failed {
    pub(crate) fn new(kind: FailureKind, reason: impl Display) -> Self {
        Self {
            kind,
            reason: reason.to_string(),
        }
    }

    /// Anything without a kind of its own.
    pub(crate) fn error(reason: impl Display) -> Self {
        Self::new(FailureKind::Error, reason)
    }
}

impl From<EngineError> for Failed {
    fn from(error: EngineError) -> Self {
        Self::new(FailureKind::Refused, error)
    }
}

impl From<ModuleError> for Failed {
    fn from(error: ModuleError) -> Self {
        Self::new(FailureKind::Refused, error)
    }
}

impl From<StartError> for Failed {
    fn from(error: StartError) -> Self {
        let kind = match error {
            StartError::Trapped { .. } => FailureKind::Trap,
            StartError::Refused { .. } => FailureKind::Configuration,
            _ => FailureKind::Refused,
        };
        Self::new(kind, error)
    }
}
