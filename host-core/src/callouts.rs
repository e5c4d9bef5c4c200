//! The callouts of one VM that still run.

use crate::context::ContextId;

/// A callout that still runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) id: u32,
    pub(crate) context: ContextId,
    pub(crate) kind: CallKind,
}

/// Which events a callout may receive, and which steps the guest may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallKind {
    Http,
    GrpcCall,
    GrpcStream { sending: bool },
}

/// The callouts of one VM.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    running: Vec<Call>,
    last: u32,
}

impl Calls {
    /// The most callouts that one VM may have running.
    pub(crate) const LIMIT: usize = 4_096;

    /// Registers a callout; `None` when there are too many.
    pub(crate) fn start(&mut self, context: ContextId, kind: CallKind) -> Option<u32> {
        if self.running.len() == Self::LIMIT {
            return None;
        }
        self.last = self.last.wrapping_add(1).max(1);
        self.running.push(Call {
            id: self.last,
            context,
            kind,
        });
        Some(self.last)
    }

    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut Call> {
        self.running.iter_mut().find(|call| call.id == id)
    }

    pub(crate) fn remove(&mut self, id: u32) -> Option<Call> {
        let at = self.running.iter().position(|call| call.id == id)?;
        Some(self.running.swap_remove(at))
    }

    /// Ends every callout of `context` and answers their ids.
    pub(crate) fn remove_of(&mut self, context: ContextId) -> Vec<u32> {
        if self.running.is_empty() {
            return Vec::new();
        }
        let ids = self
            .running
            .iter()
            .filter(|call| call.context == context)
            .map(|call| call.id)
            .collect();
        self.running.retain(|call| call.context != context);
        ids
    }

    pub(crate) fn len(&self) -> usize {
        self.running.len()
    }
}
