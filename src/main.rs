//! `pwbench`: compares WebAssembly runtimes on real Proxy-Wasm filters.
//!
//! Exit codes: 0 fine, 1 a check failed, 2 bad usage or input, 3 the environment cannot
//! support a verdict, 130 interrupted.
#![forbid(unsafe_code)]

mod artifact;
mod cli;
mod commands;
mod comparison;
mod contention;
mod error;
mod experiment;
mod gate;
mod history;
mod load;
mod machine;
mod output;
mod profiling;
mod recommendation;
mod trial;
mod tuning;

use std::process::ExitCode;

use clap::Parser as _;

/// Only the processes that carry load leave the system's allocator.
#[global_allocator]
static ALLOCATOR: allocator::ByRole = allocator::ByRole;

/// Id of the runtime that is no WebAssembly: the native twin.
pub(crate) const NATIVE: &str = "native";

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match commands::execute(cli) {
        Ok(exit) => exit.into(),
        Err(error) => {
            error.print();
            error.exit().into()
        }
    }
}
