//! HTTP/2 with prior knowledge: one thread, its connections, many streams on each.

mod counted;
mod exchange;
mod pacer;
mod shift;
mod worker;

pub(crate) use worker::Worker;
