//! The generator against real servers: ours, hostile ones, and other generators beside it.

mod agreement;
mod counting;
mod hostile;
mod http2;
mod joining;
mod stall;
mod support;
mod traffic;
