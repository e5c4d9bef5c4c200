//! The host functions, each written once for every engine.
//!
//! [`crate::for_each_host_call!`] lists them. Addresses and sizes come from the guest and
//! are hostile until [`crate::GuestMemory`] has checked them.

mod buffer;
mod call;
mod callout;
mod configuration;
mod context;
mod emscripten;
mod foreign;
mod grpc;
mod headers;
mod log;
mod metrics;
mod property;
mod queue;
mod shared_data;
mod stream;

pub use buffer::*;
pub(crate) use call::record;
pub use callout::*;
pub use configuration::*;
pub use context::*;
pub use emscripten::*;
pub use foreign::*;
pub use grpc::*;
pub use headers::*;
pub use log::*;
pub use metrics::*;
pub use property::*;
pub use queue::*;
pub use shared_data::*;
pub use stream::*;

#[cfg(test)]
mod hostile_tests;
