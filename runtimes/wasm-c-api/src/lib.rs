//! Any library that exports the standard C interface, `wasm.h`, as a Proxy-Wasm runtime:
//! libwasmtime, libwasmer, libwee8, libiwasm and others, opened at run time.
//!
//! The interface checks and converts values in every call, so that calls cost a multiple
//! of what they cost through an engine's own interface. It is the route for engines that
//! have no crate here, not for comparing an engine with itself.

mod api;
mod engine;
mod exports;
mod guest;
mod guest_call;
mod imports;
mod instance;
mod library;
mod link;
mod module;
mod trap;
mod value;

pub use engine::WasmCApiEngine;
pub use library::{EngineLibrary, Unusable, cached_libraries};

/// For this crate's benches: the C interface without anything around it.
#[doc(hidden)]
pub mod bare {
    pub use crate::api::*;
    pub use crate::library::Opened;
    pub use crate::value::{CVec, Value};
}
