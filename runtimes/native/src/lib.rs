//! The native twin as a runtime: the guest's own source compiled for this machine, opened
//! as a shared library and called through the same host core. It is the physical limit
//! that WebAssembly runtimes are compared with.
//!
//! There is no sandbox. The library runs with all rights of the process; a wrong pointer,
//! an endless loop, a panic or an `exit` in it is the process's own. Measure it in a child
//! process with a kill timer, and open only libraries you would run.
//!
//! The executable must export the `proxy_*` functions and, for twins that use wasi-nn, the
//! `wasi_ephemeral_nn_*` functions: link it with `-Wl,--export-dynamic-symbol=proxy_*` and
//! the same for the others (Apple: `-Wl,-export_dynamic`) and call [`keep_exports`]
//! somewhere in it.

mod engine;
mod exports;
mod facts;
mod guest;
mod imports;
mod info;
mod instance;
mod library;
mod memory;
mod module;
mod thread;

pub use engine::NativeEngine;
pub use imports::keep_exports;
