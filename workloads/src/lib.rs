//! Workloads: what a trial measures.
//!
//! A workload is a Proxy-Wasm module, its plugin configuration, its traffic and
//! the outcome expected of every request. The built-in ones live in folders of
//! their own beside this file and are embedded in the binary; a person's own
//! come from files.
//!
//! ```
//! let workload = workloads::find("header-rewrite")?;
//! assert!(workload.module.starts_with(b"\0asm"));
//! assert!(workload.exchanges.len() >= 200);
//! assert!(workload.exchanges.iter().all(|exchange| exchange.expect.is_some()));
//! # Ok::<(), workloads::WorkloadError>(())
//! ```
#![forbid(unsafe_code)]

mod cache;
mod catalogue;
mod digest;
mod error;
mod files;
mod folder;
mod manifest;
mod native_twin;
mod traffic;
mod workload;

pub use catalogue::{catalogue, find, find_variant, names, quick_names, variants};
pub use error::WorkloadError;
pub use files::{
    MAX_CONFIGURATION_BYTES, MAX_MODEL_BYTES, MAX_MODULE_BYTES, MAX_TRAFFIC_BYTES, read_traffic,
};
pub use native_twin::NativeTwin;
pub use traffic::{
    Exchange, Expectation, Fault, Forwarded, LocalResponse, MAX_LINE_BYTES, MAX_LINES,
    RequestMessage, ResponseMessage, TrafficError, parse_har, parse_json_lines, parse_traffic,
    write_json_lines,
};
pub use workload::{Listed, Missing, Model, Variant, Workload};
