//! wasmer as a Proxy-Wasm runtime: Cranelift and Singlepass, compiled in the process or
//! loaded from an artifact by an engine without a compiler.
#![deny(unsafe_code)]

mod engine;
mod exports;
mod guest;
mod imports;
mod instance;
mod limits;
mod mode;
mod module;
mod points;
mod store;
mod trap;

pub use engine::WasmerEngine;
pub use mode::{Compiler, Mode};
