//! Why a mode cannot run here.

use host_core::EngineError;

/// What a library or compiler lacks, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Missing {
    pub(crate) reason: String,
    pub(crate) remedy: &'static str,
}

/// The command that builds what is opened at run time.
pub(crate) const RUN_SCRIPT: &str = "run scripts/engines/wamr";

impl Missing {
    /// Something that `scripts/engines/wamr` builds.
    pub(crate) fn unbuilt(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            remedy: RUN_SCRIPT,
        }
    }

    pub(crate) fn of(self, runtime: String) -> EngineError {
        EngineError::Unavailable {
            runtime,
            reason: self.reason,
            remedy: self.remedy.to_owned(),
        }
    }
}
