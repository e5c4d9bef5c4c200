//! The Proxy-Wasm ABI as data: versions, callbacks, numbers and the wire form of maps.
//!
//! Specification: proxy-wasm/spec, `abi-versions/v0.2.1/README.md`.

mod callback;
mod numbers;
pub mod pairs;
mod table;
mod version;

pub use callback::{Callback, CallbackSet, Signature};
pub use numbers::{
    Action, BufferType, Errno, LogLevel, MapType, MetricType, PeerType, Status, StreamType,
};
pub use version::AbiVersion;
