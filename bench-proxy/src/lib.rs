//! A reverse proxy that runs Proxy-Wasm filters: hyper, one thread for each core, with its own
//! listeners, upstream connections and VMs.
//!
//! [`Config`] is read from YAML, [`Proxy`] runs it. See `docs/proxy.md`.
#![forbid(unsafe_code)]

mod admin;
pub mod config;
mod error;
mod http;
mod net;
mod plugins;
mod proxy;
mod report;
mod stats;
mod tcp;
mod timers;
mod upstream;
mod worker;

pub use config::{Config, ConfigError};
pub use error::StartError;
pub use plugins::PluginError;
pub use proxy::Proxy;
