//! Catalogue of the runtimes: what they are called, whether they can run
//! here, and how to open one.
#![forbid(unsafe_code)]

mod catalogue;
mod engines;
mod entry;
mod nearest;
mod select;

pub use catalogue::{catalogue, find, open, reference};
pub use entry::{Availability, RuntimeEntry};
pub use runtime_native::keep_exports;
pub use select::{SelectError, matches_text, select};
