//! Contention: what threads that share a plugin's VMs cost each other.
//!
//! A [`ContentionFolder`] keeps one [`ContentionTrial`] a line; a [`ContentionSummary`] says
//! what follows: how throughput scales over threads, how long threads wait for locks, how
//! evenly they are served, and what to choose.

mod csv;
mod document;
mod fairness;
mod folder;
mod headline;
mod model;
mod point;
mod summary;

pub use fairness::{jain, least_to_most};
pub use folder::ContentionFolder;
pub use headline::ContentionHeadline;
pub use model::{
    CONTENTION_KIND, Contended, ContentionCampaign, ContentionTrial, LockWaits, ThreadShare, Way,
};
pub use point::{ContentionPoint, LockPoint};
pub(crate) use summary::reported;
pub use summary::{ContentionControl, ContentionCurve, ContentionFailure, ContentionSummary};
