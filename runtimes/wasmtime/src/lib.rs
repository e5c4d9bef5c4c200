//! wasmtime as a Proxy-Wasm runtime
