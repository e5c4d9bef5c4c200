//! Why a function of wasi-nn did not succeed.

use std::borrow::Cow;

use crate::OutOfBounds;
use crate::abi::NnErrno;

/// Why a function of wasi-nn did not succeed: a number for the guest, and a text for the
/// plugin's log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Refusal {
    /// Answered to the guest.
    pub errno: NnErrno,
    /// What is wrong, and the remedy where there is one.
    pub reason: Cow<'static, str>,
}

impl Refusal {
    /// A refusal.
    pub fn new(errno: NnErrno, reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            errno,
            reason: reason.into(),
        }
    }

    /// [`NnErrno::InvalidArgument`].
    pub fn argument(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(NnErrno::InvalidArgument, reason)
    }

    /// [`NnErrno::TooLarge`].
    pub fn too_large(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(NnErrno::TooLarge, reason)
    }
}

impl From<OutOfBounds> for Refusal {
    #[cold]
    fn from(_: OutOfBounds) -> Self {
        Self::argument("an address or a length lies outside the guest's memory")
    }
}
