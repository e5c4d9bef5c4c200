//! Any library with the standard wasm.h behind the engine seam.
