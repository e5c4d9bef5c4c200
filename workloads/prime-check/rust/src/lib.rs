//! Lets a request pass when its `token` header is a prime number, and answers
//! 403 otherwise. A filter that computes much and asks its host little.
#![deny(unsafe_code)]

mod filter;
mod prime;
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
            Box::new(crate::filter::PrimeCheck)
        });
    }}
}
