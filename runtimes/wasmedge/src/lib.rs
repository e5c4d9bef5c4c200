//! WasmEdge as a Proxy-Wasm runtime: its interpreter, its LLVM compiler ahead of time, and,
//! where the library has it, its LLVM compiler in the process.
//!
//! The library is opened at run time, so building pwbench needs none. [`missing`] says why
//! a mode cannot run here and what to do about it.

mod api;
mod canary;
mod compiler;
mod engine;
mod executor;
mod exports;
mod guest;
mod guest_call;
mod imports;
mod instance;
mod jit;
mod library;
mod mode;
mod module;
#[cfg(target_os = "linux")]
mod native_stack;
mod prepared;
mod trap;
mod value;
mod watchdog;

pub use engine::WasmEdgeEngine;
pub use library::{Missing, build, missing};
pub use mode::Mode;

/// For this crate's benches: WasmEdge's C interface without anything around it.
#[doc(hidden)]
pub mod bare {
    pub use crate::api::{Api, Executor, Frame, Function, Memory, Text};
    pub use crate::compiler::compile;
    pub use crate::library::library;
    pub use crate::value::{Kind, Outcome, Value};
}
