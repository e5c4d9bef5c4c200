//! The host's functions as WebAssembly types, from the tables.

use std::fmt;

use wasmparser::{FuncType, ValType};

/// Import modules under which WASI is provided.
const WASI: [&str; 2] = ["wasi_snapshot_preview1", "wasi_unstable"];

/// A function that the host provides.
#[derive(Debug)]
pub(super) struct HostFunction {
    pub(super) name: &'static str,
    params: &'static [ValType],
    results: &'static [ValType],
}

macro_rules! wide {
    (u64) => {
        ValType::I64
    };
    ($narrow:tt) => {
        ValType::I32
    };
}

macro_rules! results {
    (()) => {
        &[]
    };
    (u32) => {
        &[ValType::I32]
    };
}

macro_rules! functions {
    ($($name:ident($($argument:ident: $type:tt),*) -> $result:tt;)*) => {
        &[$(HostFunction {
            name: stringify!($name),
            params: &[$(wide!($type)),*],
            results: results!($result),
        }),*]
    };
}

const HOST: &[HostFunction] = crate::for_each_host_call!(functions);
const WASI_FUNCTIONS: &[HostFunction] = crate::for_each_wasi_call!(functions);
const NN_FUNCTIONS: &[HostFunction] = crate::for_each_nn_call!(functions);

/// The function that the host provides under this name, if any.
pub(super) fn provided(module: &str, name: &str) -> Option<&'static HostFunction> {
    let functions = match module {
        "env" => HOST,
        module if WASI.contains(&module) => WASI_FUNCTIONS,
        crate::nn::MODULE => NN_FUNCTIONS,
        _ => return None,
    };
    functions.iter().find(|function| function.name == name)
}

/// The names in import module `env`.
pub(super) fn env_names() -> impl Iterator<Item = &'static str> {
    HOST.iter().map(|function| function.name)
}

impl HostFunction {
    pub(super) fn has_type(&self, found: &FuncType) -> bool {
        self.params == found.params() && self.results == found.results()
    }
}

impl fmt::Display for HostFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&describe(self.params, self.results))
    }
}

/// A function type as text: `func (i32, i64) -> i32`.
pub(super) fn describe(params: &[ValType], results: &[ValType]) -> String {
    let list = |types: &[ValType]| {
        types
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    match results {
        [] => format!("func ({})", list(params)),
        [one] => format!("func ({}) -> {one}", list(params)),
        many => format!("func ({}) -> ({})", list(params), list(many)),
    }
}
