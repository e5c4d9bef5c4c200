//! wasmi as a Proxy-Wasm runtime
