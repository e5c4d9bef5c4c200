//! Proxy-Wasm conformance suite that every engine passes
