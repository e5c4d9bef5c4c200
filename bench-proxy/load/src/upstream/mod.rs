//! A server that answers recorded exchanges, at a small part of what other servers cost.
//!
//! Threads share nothing: each has a listener of its own on the same port, and answers that
//! were written before the first request came.

mod answers;
mod connection;
mod http2;
mod request;
mod server;
mod worker;

pub use server::{Upstream, UpstreamCounts, UpstreamPlan};
