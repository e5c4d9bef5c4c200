//! Proxies as processes: ours and the ones that people compare it with.
//!
//! [`find`] tells whether a proxy is on this machine, in which version, and how to get it where
//! it is not. [`start`] gives it a generated configuration in a folder of its own, ports that
//! are free, and cores to stay on; [`Running`] answers what it uses and ends it by its process
//! id. All proxies do the same work: they pass requests to one upstream and, with a filter, add
//! the headers [`ADDED`] or run the same plugin.
#![forbid(unsafe_code)]

mod config;
mod error;
mod filter;
mod find;
mod kind;
mod launch;
mod part;
mod ports;
mod process;
mod running;
mod sandbox;

pub use error::StartError;
pub use filter::{ADDED, Filter, FilterKind, ParseFilterError, Plugin};
pub use find::{Missing, Program, find};
pub use kind::{ParseProxyError, ProxyKind};
pub use launch::{Setup, leashed, start};
pub use part::{Part, parts};
pub use process::{Cores, Spent, Task, Usage, allowed_cores, pinned, usage_of};
pub use running::{Running, end};
