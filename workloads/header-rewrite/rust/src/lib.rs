//! Rewrites request and response headers by the rules of its plugin
//! configuration. A filter that asks its host much and computes little.
#![deny(unsafe_code)]

mod condition;
mod configuration;
mod filter;
mod headers;
mod rule;
#[cfg(test)]
mod traffic;

// The macro exports a function by its plain name, which the lint counts as unsafe.
#[allow(unsafe_code)]
mod start {
    use proxy_wasm::traits::RootContext;
    use proxy_wasm::types::LogLevel;

    proxy_wasm::main! {{
        proxy_wasm::set_log_level(LogLevel::Debug);
        proxy_wasm::set_root_context(|_| -> Box<dyn RootContext> {
            Box::<crate::filter::HeaderRewrite>::default()
        });
    }}
}
