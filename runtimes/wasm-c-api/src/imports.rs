//! The host functions as C functions, made from the host core's tables.

use std::ffi::c_void;
use std::ptr::NonNull;

use host_core::{for_each_host_call, for_each_nn_call, for_each_wasi_call, hostcalls, nn, wasi};

use crate::api::{self, Api, Callback, Func, Store};
use crate::guest::VmState;
use crate::guest_call::answer;
use crate::value::{CVec, I32, I64, Value};

/// One host function.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    name: &'static str,
    parameters: &'static [u8],
    results: usize,
    code: Callback,
}

macro_rules! kind {
    (u64) => {
        I64
    };
    ($other:tt) => {
        I32
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
    ($number:expr, u64) => {
        $number
    };
    ($number:expr, u32) => {
        $number as u32
    };
    ($number:expr, $other:tt) => {
        $number as u32 as usize
    };
}

macro_rules! rows {
    ($group:ident: $($name:ident($($argument:ident: $type:tt),*) -> $result:tt;)*) => {
        &[$(Row {
            name: stringify!($name),
            parameters: &[$(kind!($type)),*],
            results: results!($result),
            code: {
                unsafe extern "C" fn call(
                    state: *mut c_void,
                    arguments: *const CVec<Value>,
                    results: *mut CVec<Value>,
                ) -> *mut api::Trap {
                    // SAFETY: the library calls it with what it was made with, and as many
                    // arguments and results as the row says.
                    unsafe {
                        answer(state, arguments, results, |guest, mut _next| {
                            $(
                                let $argument = native!((*_next).of, $type);
                                _next = _next.add(1);
                            )*
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

impl Row {
    /// The function imported as `module`.`name`.
    pub(crate) fn find(module: &[u8], name: &[u8]) -> Option<Self> {
        let rows = match module {
            b"env" => PROXY,
            b"wasi_snapshot_preview1" | b"wasi_unstable" => WASI,
            module if module == nn::MODULE.as_bytes() => NN,
            _ => return None,
        };
        rows.iter().copied().find(|row| row.name.as_bytes() == name)
    }

    /// The function for one VM; its owner deletes it.
    pub(crate) fn make(&self, api: &Api, store: *mut Store, state: NonNull<VmState>) -> *mut Func {
        // SAFETY: the vectors pass to the type, and the function copies the type. It is
        // called with `state` only while the VM lives.
        unsafe {
            let vector = |kinds: &[u8]| {
                let types: Vec<_> = kinds.iter().map(|kind| (api.valtype_new)(*kind)).collect();
                let mut vector = CVec::empty();
                (api.valtype_vec_new)(&mut vector, types.len(), types.as_ptr());
                vector
            };
            let mut parameters = vector(self.parameters);
            let mut results = vector(&[I32][..self.results]);
            let ty = (api.functype_new)(&mut parameters, &mut results);
            let function =
                (api.func_new_with_env)(store, ty, self.code, state.as_ptr().cast(), None);
            (api.functype_delete)(ty);
            function
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_found_in_their_modules_only() {
        assert!(Row::find(b"env", b"proxy_log").is_some());
        assert!(Row::find(b"wasi_unstable", b"fd_write").is_some());
        assert!(Row::find(b"env", b"fd_write").is_none());
        assert!(Row::find(b"other", b"proxy_log").is_none());
    }
}
