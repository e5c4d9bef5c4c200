//! The host functions as C functions, made from the host core's tables.

use std::ffi::c_void;
use std::ptr::NonNull;

use host_core::{
    Import, for_each_host_call, for_each_nn_call, for_each_wasi_call, hostcalls, nn, wasi,
};

use crate::api::{Api, Frame, HostFunction, ModuleInstance, Text};
use crate::guest::VmState;
use crate::guest_call::answer;
use crate::value::{Kind, Outcome, Value};

/// One host function.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    name: &'static str,
    /// Of each parameter, whether it is an `i64`.
    wide: &'static [bool],
    results: u32,
    code: HostFunction,
}

/// The functions of one import module that a guest imports.
pub(crate) struct Imports {
    module: &'static str,
    rows: Vec<Row>,
}

macro_rules! is_wide {
    (u64) => {
        true
    };
    ($other:tt) => {
        false
    };
}

macro_rules! results {
    (u32) => {
        1
    };
    (()) => {
        0
    };
}

/// An argument as the host core takes it.
macro_rules! native {
    ($arguments:ident, u64) => {
        $arguments.take()
    };
    ($arguments:ident, u32) => {
        $arguments.take() as u32
    };
    ($arguments:ident, $other:tt) => {
        $arguments.take() as u32 as usize
    };
}

macro_rules! rows {
    ($group:ident: $($name:ident($($argument:ident: $type:tt),*) -> $result:tt;)*) => {
        &[$(Row {
            name: stringify!($name),
            wide: &[$(is_wide!($type)),*],
            results: results!($result),
            code: {
                unsafe extern "C" fn call(
                    state: *mut c_void,
                    _: *const Frame,
                    arguments: *const Value,
                    results: *mut Value,
                ) -> Outcome {
                    // SAFETY: the library calls it with what it was registered with, and as
                    // many arguments and results as the row says.
                    unsafe {
                        answer(state, arguments, results, |guest, mut _arguments| {
                            $(let $argument = native!(_arguments, $type);)*
                            $group::$name(guest, $($argument),*)
                        })
                    }
                }
                call
            },
        }),*]
    };
}

macro_rules! proxy_rows {
    ($($row:tt)*) => {
        const PROXY: &[Row] = rows!(hostcalls: $($row)*);
    };
}

macro_rules! wasi_rows {
    ($($row:tt)*) => {
        const WASI: &[Row] = rows!(wasi: $($row)*);
    };
}

macro_rules! nn_rows {
    ($($row:tt)*) => {
        const NN: &[Row] = rows!(nn: $($row)*);
    };
}

for_each_host_call!(proxy_rows);
for_each_nn_call!(nn_rows);
for_each_wasi_call!(wasi_rows);

const MODULES: [(&str, &[Row]); 4] = [
    ("env", PROXY),
    ("wasi_snapshot_preview1", WASI),
    ("wasi_unstable", WASI),
    (nn::MODULE, NN),
];

impl Imports {
    /// What `imports` ask for, by module. Unknown names are left to the engine to refuse.
    pub(crate) fn of(imports: &[Import]) -> Vec<Self> {
        let wanted = |module: &str, name: &str| {
            imports
                .iter()
                .any(|import| import.module == module && import.name == name)
        };
        MODULES
            .into_iter()
            .map(|(module, rows)| Self {
                module,
                rows: rows
                    .iter()
                    .copied()
                    .filter(|row| wanted(module, row.name))
                    .collect(),
            })
            .filter(|imports| !imports.rows.is_empty())
            .collect()
    }

    /// The functions for one VM.
    pub(crate) fn make(
        &self,
        api: &Api,
        (i32, i64): (Kind, Kind),
        state: NonNull<VmState>,
    ) -> *mut ModuleInstance {
        // SAFETY: types and names are copied by the library; the functions belong to the
        // module from then on, and are called with `state` only while the VM lives.
        unsafe {
            let module = (api.ModuleInstanceCreate)(Text::new(self.module));
            for row in &self.rows {
                let mut parameters = [i32; 16];
                for (place, wide) in parameters.iter_mut().zip(row.wide) {
                    *place = if *wide { i64 } else { i32 };
                }
                let count = row.wide.len() as u32;
                let ty = (api.FunctionTypeCreate)(parameters.as_ptr(), count, &i32, row.results);
                let function = (api.FunctionInstanceCreate)(ty, row.code, state.as_ptr().cast(), 0);
                (api.FunctionTypeDelete)(ty);
                (api.ModuleInstanceAddFunction)(module, Text::new(row.name), function);
            }
            module
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_fit_and_every_function_of_the_table_is_there() {
        assert!(PROXY.len() > 40 && WASI.len() > 40);
        assert!(PROXY.iter().chain(WASI).all(|row| row.wide.len() <= 16));
    }
}
