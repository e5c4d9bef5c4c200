//! Campaigns of several machines or shards, joined.
//!
//! Joined, not compared: trials of one machine form a summary of their own, and no ratio
//! reaches from one machine to another.

mod document;
mod folder;
mod join;
mod site;

pub(crate) use document::reported;
pub use folder::{Joined, MergeError};
pub use join::merge;

/// The kind of such a results folder.
pub const KIND: &str = "merged";
