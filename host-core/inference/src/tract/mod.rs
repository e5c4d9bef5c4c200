//! tract: ONNX models computed in Rust, on one thread.

mod backend;
mod context;
mod graph;

pub use backend::{NAME, TractBackend};
