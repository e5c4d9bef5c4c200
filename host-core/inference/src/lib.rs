//! Backends of wasi-nn: tract, and ONNX Runtime opened at run time.
