//! What becomes of a request's body.

use std::cell::Cell;
use std::rc::Rc;

/// Why a body ends before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    /// The other side broke off.
    #[error("the sender broke off")]
    Broken,
    /// It is longer than the limit.
    #[error("the body is longer than the limit")]
    TooLarge,
    /// It did not come in time.
    #[error("the body did not come in time")]
    Late,
    /// A filter ended the stream, or it has its answer.
    #[error("the stream has ended")]
    Ended,
}

/// What became of a request's body, for who waits for the response. By default there is no
/// body, and nothing to become of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verdict(Option<Rc<Cell<Fate>>>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Fate {
    /// It is being sent.
    #[default]
    Open,
    /// No more of it is sent.
    Closed,
    /// It ended before its end.
    Failed(BodyError),
}

impl Verdict {
    /// For a body.
    pub(crate) fn open(&mut self) {
        self.0 = Some(Rc::default());
    }

    /// Why the body ended before its end, if it did.
    pub(crate) fn get(&self) -> Option<BodyError> {
        match self.0.as_ref()?.get() {
            Fate::Failed(error) => Some(error),
            Fate::Open | Fate::Closed => None,
        }
    }

    /// Whether it is still being sent.
    pub(super) fn is_open(&self) -> bool {
        let fate = self.0.as_ref().map(|fate| fate.get());
        fate == Some(Fate::Open)
    }

    pub(super) fn fail(&self, error: BodyError) -> BodyError {
        if let Some(verdict) = &self.0 {
            verdict.set(Fate::Failed(error));
        }
        error
    }

    /// Nobody sends any more of it.
    pub(super) fn close(&self) {
        if let Some(fate) = &self.0
            && fate.get() == Fate::Open
        {
            fate.set(Fate::Closed);
        }
    }
}
