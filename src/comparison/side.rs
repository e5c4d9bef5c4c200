//! Sides: what is compared with what.

use std::path::PathBuf;

use crate::trial::Subject;

/// One side of a cell, yet to be checked.
#[derive(Debug, Clone)]
pub(crate) struct Side {
    /// The build of pwbench that runs it; `None` is this one.
    pub(crate) program: Option<PathBuf>,
    /// Runtime and workload.
    pub(crate) subject: Subject,
    /// Size of its module, in bytes.
    pub(crate) module_bytes: u64,
}
