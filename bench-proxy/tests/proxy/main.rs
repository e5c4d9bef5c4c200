//! The proxy as its users meet it: real sockets, real engines, real files.

mod callouts;
mod chains;
mod configs;
mod failures;
mod filters;
mod foreign;
mod hostile;
mod late;
mod passing;
mod protocols;
mod shared;
mod sharing;
mod stuck;
mod support;
mod tcp;
mod tls;
