//! ONNX Runtime, opened at run time through its C API, on one thread.
//!
//! The library is nobody's dependency: `scripts/engines/onnxruntime` fetches it, or
//! `ONNXRUNTIME_LIB` names one. It must offer the C API of version 1.22 or newer, which
//! later versions do.
#![allow(unsafe_code)]

mod backend;
mod context;
mod library;
mod session;
mod status;
mod tensor;

pub use backend::OnnxRuntime;
