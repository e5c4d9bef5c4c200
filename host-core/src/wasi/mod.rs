//! The part of WASI preview 1 that Proxy-Wasm modules use, for both import modules
//! (`wasi_snapshot_preview1` and `wasi_unstable`).
//!
//! A filter has no files, no arguments and no sockets: what it writes to descriptors 1 and 2
//! becomes log lines, and functions for which there is no use answer an error number.

mod absent;
mod clock;
mod descriptor;
mod environment;
mod lines;
mod poll;
mod process;

pub use absent::*;
pub use clock::{clock_res_get, clock_time_get};
pub use descriptor::{fd_fdstat_get, fd_write};
pub use environment::{args_get, args_sizes_get, environ_get, environ_sizes_get};
pub use poll::poll_oneoff;
pub use process::{proc_exit, random_get, sched_yield};

use crate::abi::{Errno, LogLevel};
use crate::services::Services;
use crate::{Host, OutOfBounds};
use environment::Environment;
use lines::Lines;

/// The WASI state of one VM.
#[derive(Debug)]
pub struct Wasi {
    environment: Environment,
    out: Lines,
    err: Lines,
}

impl Wasi {
    /// State with these environment variables. Variables that WASI cannot express are left
    /// out: without a name, with `=` in the name, or with NUL.
    pub fn new(variables: &[(String, String)]) -> Self {
        Self {
            environment: Environment::new(variables),
            out: Lines::new(LogLevel::Info),
            err: Lines::new(LogLevel::Error),
        }
    }

    /// Logs what was written without a newline so far; the end of a VM calls it.
    pub fn flush(&mut self, services: &dyn Services, plugin: &str) {
        self.out.flush(services, plugin);
        self.err.flush(services, plugin);
    }

    /// Whether something was written without a newline.
    pub fn has_partial_lines(&self) -> bool {
        !self.out.is_empty() || !self.err.is_empty()
    }
}

impl Host {
    /// Logs what the guest wrote without a newline so far.
    pub(crate) fn flush_lines(&mut self) {
        if self.wasi.has_partial_lines() {
            let mut wasi = std::mem::replace(&mut self.wasi, Wasi::new(&[]));
            wasi.flush(&*self.services, self.plugin_name());
            self.wasi = wasi;
        }
    }
}

/// The number that a WASI function returns.
#[inline]
fn errno(result: Result<(), Errno>) -> u32 {
    match result {
        Ok(()) => Errno::Success as u32,
        Err(errno) => errno as u32,
    }
}

impl From<OutOfBounds> for Errno {
    fn from(_: OutOfBounds) -> Self {
        Self::Fault
    }
}

#[cfg(test)]
mod tests;
