//! Proxy-Wasm, whole, knowing no engine and no proxy.
#![forbid(unsafe_code)]

pub mod abi;
mod engine;
mod guest;
pub mod hostcalls;
mod module;
pub mod wasi;

pub use engine::*;
pub use guest::{Failure, Guest, GuestMemory, LinearMemory, OutOfBounds};
