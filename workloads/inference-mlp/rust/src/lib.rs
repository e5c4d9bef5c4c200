//! Tells people from programs by a small neural network that looks at the request's headers.
//!
//! One crate, two workloads: `inference-mlp` computes the network here, from the ONNX file
//! that is its plugin configuration; with the feature `wasi-nn` the host computes the same
//! file (`inference-wasi-nn`).
#![deny(unsafe_code)]

mod features;
mod filter;
#[cfg(feature = "wasi-nn")]
mod host;
#[cfg(any(not(feature = "wasi-nn"), test))]
mod network;
#[cfg(any(not(feature = "wasi-nn"), test))]
mod onnx;
#[cfg(test)]
mod traffic;

// The macro exports a function by its plain name, which the lint counts as unsafe.
#[allow(unsafe_code)]
mod start {
    use proxy_wasm::traits::RootContext;
    use proxy_wasm::types::LogLevel;

    proxy_wasm::main! {{
        proxy_wasm::set_log_level(LogLevel::Info);
        proxy_wasm::set_root_context(|_| -> Box<dyn RootContext> {
            Box::<crate::filter::Classifier>::default()
        });
    }}
}
