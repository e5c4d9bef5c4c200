//! wasmtime as a Proxy-Wasm runtime: Cranelift, Winch and Pulley, compiled in the process
//! or loaded from an artifact.
#![deny(unsafe_code)]

mod engine;
mod exports;
mod fuel;
mod guest;
mod imports;
mod info;
mod instance;
mod interrupt;
mod knobs;
mod mode;
mod module;
mod ticker;
mod trap;

pub use engine::WasmtimeEngine;
pub use mode::{Compiler, Mode};
