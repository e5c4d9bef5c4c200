//! wasmi as a Proxy-Wasm runtime: an interpreter that translates a module at once or
//! function by function.
#![forbid(unsafe_code)]

mod engine;
mod exports;
mod fuel;
mod guest;
mod imports;
mod instance;
mod mode;
mod module;
mod trap;

pub use engine::WasmiEngine;
pub use mode::Mode;
