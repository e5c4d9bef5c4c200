//! A web application firewall: examines requests and responses by ModSecurity
//! rules from its plugin configuration and answers what they deny.
#![deny(unsafe_code)]

mod complaints;
mod filter;
mod inspection;
mod seclang;
mod settings;
#[cfg(test)]
mod tests;
mod verdict;

// The macro exports a function by its plain name, which the lint counts as unsafe.
#[allow(unsafe_code)]
mod start {
    use proxy_wasm::traits::RootContext;
    use proxy_wasm::types::LogLevel;

    proxy_wasm::main! {{
        proxy_wasm::set_log_level(LogLevel::Info);
        proxy_wasm::set_root_context(|_| -> Box<dyn RootContext> {
            Box::<crate::filter::Waf>::default()
        });
    }}
}
