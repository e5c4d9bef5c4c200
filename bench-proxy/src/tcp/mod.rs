//! Connections of bytes, through network (L4) filters.

mod chain;
mod serve;

pub(crate) use serve::{TcpService, serve};
