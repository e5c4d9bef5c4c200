//! Why a proxy did not start.

use std::io;
use std::path::PathBuf;

use crate::{FilterKind, ProxyKind};

/// Why a proxy did not start. The text's last part, after a semicolon, is the remedy.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It has no such filter.
    #[error("{proxy} has no filter `{filter}`; choose among {known}")]
    NoSuchFilter {
        /// The proxy.
        proxy: ProxyKind,
        /// The filter asked for.
        filter: FilterKind,
        /// Those that it has.
        known: String,
    },
    /// The filter is one that this proxy can have, but not here.
    #[error("{proxy}: {reason}; {remedy}")]
    Unsupported {
        /// The proxy.
        proxy: ProxyKind,
        /// Why not.
        reason: String,
        /// What to do.
        remedy: String,
    },
    /// The folder it was to run in could not be filled.
    #[error("{}: cannot {action}: {source}; check space and permissions", path.display())]
    Folder {
        /// The file.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The system refused to start the process.
    #[error("cannot start {}: {source}; check that it may be executed", program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There was no free port to be had.
    #[error("no free port on 127.0.0.1: {0}; end what holds so many of them")]
    Port(io::Error),
    /// It ended instead of serving.
    #[error("{proxy} ended with {status} instead of serving; it said: {said}")]
    Ended {
        /// The proxy.
        proxy: ProxyKind,
        /// How.
        status: String,
        /// Its last words.
        said: String,
    },
    /// It did not answer in time.
    #[error("{proxy} did not answer within {seconds} s ({last}); it said: {said}")]
    NotReady {
        /// The proxy.
        proxy: ProxyKind,
        /// How long it was given.
        seconds: u64,
        /// The last thing that it was seen to do.
        last: String,
        /// Its last words.
        said: String,
    },
}
