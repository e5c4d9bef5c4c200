//! Backends of wasi-nn: tract, and ONNX Runtime opened at run time.
//!
//! ```
//! use host_core::nn::{Inference, Model};
//! use host_core::abi::GraphEncoding;
//!
//! let model = Model {
//!     name: "classifier".to_owned(),
//!     file: Some("classifier.onnx".into()),
//!     encoding: GraphEncoding::Onnx,
//!     bytes: (&b"the bytes of an ONNX file"[..]).into(),
//! };
//! let inference = Inference::new(inference::Kind::Tract.open()?, [model]);
//! assert_eq!(inference.backend().name(), inference::TRACT);
//! # Ok::<(), inference::Unavailable>(())
//! ```
#![deny(unsafe_code)]

mod kind;
mod onnx;
mod onnxruntime;
mod tract;

pub use kind::{Kind, Unavailable, UnknownKind};
pub use onnxruntime::OnnxRuntime;
pub use tract::{NAME as TRACT, TractBackend};
