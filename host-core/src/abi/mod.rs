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
    Action, BufferType, Errno, ExecutionTarget, GraphEncoding, LogLevel, MapType, MetricType,
    NnErrno, PeerType, Status, StreamType, TensorType,
};
pub use version::AbiVersion;
