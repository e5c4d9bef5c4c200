//! wasmer as a Proxy-Wasm runtime
