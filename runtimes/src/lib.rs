//! Catalogue of the runtimes, built in or brought: what they are called, whether they can run
//! here, and how to open one.
#![forbid(unsafe_code)]

mod catalogue;
mod engines;
mod entry;
mod foreign;
mod nearest;
mod select;

pub use catalogue::{catalogue, find, open, reference};
pub use entry::{Availability, RuntimeEntry};
pub use foreign::{
    ENGINE_LIBRARIES, LibraryError, check_engine_libraries, engine_libraries_variable,
    name_engine_libraries,
};
pub use runtime_native::keep_exports;
pub use select::{SelectError, matches_text, select};
