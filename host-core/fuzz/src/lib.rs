//! A guest without an engine: what it does in each callback is the fuzzer's script.
#![forbid(unsafe_code)]

mod calls;
mod guest;
mod life;
mod script;

pub use calls::{Call, HOST_CALLS, WASI_CALLS};
pub use life::live;
