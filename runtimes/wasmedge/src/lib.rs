//! WasmEdge, opened at run time, behind the engine seam.
