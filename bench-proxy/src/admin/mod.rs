//! The admin port.

mod prometheus;
mod serve;

pub(crate) use serve::serve;
