//! tinywasm as a Proxy-Wasm runtime: a small interpreter written in safe Rust.
//!
//! Empty unless feature `engine` is on.
#![cfg(feature = "engine")]
#![deny(unsafe_code)]

mod engine;
mod exports;
mod guest;
mod imports;
mod info;
mod instance;
mod memory;
mod module;
mod place;
mod store;
mod trap;

pub use engine::TinywasmEngine;
