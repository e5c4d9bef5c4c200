//! HTTP/1.1: one thread, its connections, and no more system calls than a request needs.

mod connection;
mod reconnecting;
mod shift;
mod worker;

pub(crate) use worker::Worker;
