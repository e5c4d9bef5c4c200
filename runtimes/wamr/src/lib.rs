//! WAMR as a Proxy-Wasm runtime: two interpreters, two just-in-time compilers, and artifacts
//! of its ahead-of-time compiler.
//!
//! WAMR is one C library whose modes exclude each other when it is compiled. The fast
//! interpreter with the loader of artifacts is linked; every other mode is a library of its
//! own, built by `scripts/engines/wamr` and opened when an engine is.

mod api;
mod cache;
mod code;
mod compiler;
mod deadline;
mod engine;
mod error;
mod exports;
mod guest;
mod imports;
mod instance;
mod layout;
mod library;
mod loaded;
mod mode;
mod module;
mod sections;
mod signals;
mod threads;
mod trap;

pub use engine::WamrEngine;
pub use mode::Mode;
