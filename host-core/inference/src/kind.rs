//! Choosing a backend by its name.

use std::str::FromStr;
use std::sync::Arc;

use host_core::nn::Backend;

use crate::{OnnxRuntime, TractBackend};

/// A backend that this crate knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// tract, part of this program.
    Tract,
    /// ONNX Runtime, where its library is installed.
    OnnxRuntime,
}

/// A backend that is not available here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}; {remedy}")]
pub struct Unavailable {
    /// Why.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
}

/// A name that is no backend's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no inference backend '{0}'; use one of {known}", known = Kind::names())]
pub struct UnknownKind(pub String);

impl Kind {
    /// Every backend.
    pub const ALL: &[Self] = &[Self::Tract, Self::OnnxRuntime];

    /// The name that commands and results use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tract => "tract",
            Self::OnnxRuntime => "onnxruntime",
        }
    }

    /// Opens the backend.
    ///
    /// # Errors
    /// When its library is not to be had here.
    pub fn open(self) -> Result<Arc<dyn Backend>, Unavailable> {
        match self {
            Self::Tract => Ok(Arc::new(TractBackend)),
            Self::OnnxRuntime => Ok(Arc::new(OnnxRuntime::open()?)),
        }
    }

    fn names() -> String {
        let names: Vec<&str> = Self::ALL.iter().map(|kind| kind.as_str()).collect();
        names.join(", ")
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        let mut kinds = Self::ALL.iter().copied();
        kinds
            .find(|kind| kind.as_str() == name)
            .ok_or_else(|| UnknownKind(name.to_owned()))
    }
}
