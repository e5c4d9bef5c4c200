//! A model for wasi-nn.

/// An ONNX model of one input `x`, two numbers of 32 bits in a row, that answers
/// `(x0 + 3 x1 + 0.5, 2 x0 + 4 x1 - 0.5)`. Made by `scripts/make-models`.
pub(crate) const AFFINE: &[u8] = include_bytes!("../../prebuilt/affine.onnx");
