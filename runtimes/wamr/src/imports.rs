//! The host functions as WAMR's typed natives, made from the host core's tables.

use std::ffi::{CStr, c_void};

use host_core::{for_each_host_call, for_each_nn_call, for_each_wasi_call, hostcalls, nn, wasi};

use crate::api::{Api, ExecEnv, NativeSymbol};
use crate::guest::serve;

/// Registers every function of the table; they serve all modules of a library.
pub(crate) fn register(api: &Api) -> Result<(), String> {
    add(api, c"env", proxy_natives())?;
    add(api, c"wasi_snapshot_preview1", wasi_natives())?;
    add(api, c"wasi_unstable", wasi_natives())?;
    add(api, c"wasi_ephemeral_nn", nn_natives())
}

fn add(api: &Api, module: &'static CStr, natives: Vec<NativeSymbol>) -> Result<(), String> {
    // WAMR keeps the list, in an order of its own.
    let natives = natives.leak();
    let count = natives.len() as u32;
    // SAFETY: names, signatures and functions that fit each other and stay for good.
    if unsafe { (api.register_natives)(module.as_ptr(), natives.as_mut_ptr(), count) } {
        Ok(())
    } else {
        Err(format!("WAMR refused the functions of {module:?}"))
    }
}

/// The type of an argument in C.
macro_rules! c_type {
    (u64) => {
        u64
    };
    ($other:tt) => {
        u32
    };
}

/// The letter of an argument in WAMR's signatures.
macro_rules! letter {
    (u64) => {
        "I"
    };
    ($other:tt) => {
        "i"
    };
}

/// The letter of a result.
macro_rules! result_letter {
    (()) => {
        ""
    };
    (u32) => {
        "i"
    };
}

/// An argument as the host core takes it.
macro_rules! native {
    ($argument:ident: addr) => {
        $argument as usize
    };
    ($argument:ident: size) => {
        $argument as usize
    };
    ($argument:ident: $other:tt) => {
        $argument
    };
}

macro_rules! natives {
    ($list:ident, $calls:ident, $($name:ident($($argument:ident: $type:tt),*) -> $result:tt;)*) => {
        fn $list() -> Vec<NativeSymbol> {
            vec![$({
                unsafe extern "C" fn $name(
                    env: *mut ExecEnv,
                    $($argument: c_type!($type)),*
                ) -> $result {
                    // SAFETY: only WAMR calls it, for instances that this crate made.
                    unsafe {
                        serve(env, |guest| $calls::$name(guest, $(native!($argument: $type)),*))
                    }
                }
                NativeSymbol {
                    symbol: concat!(stringify!($name), "\0").as_ptr().cast(),
                    function: $name as *const c_void,
                    signature: concat!("(", $(letter!($type),)* ")", result_letter!($result), "\0")
                        .as_ptr()
                        .cast(),
                    attachment: std::ptr::null_mut(),
                }
            }),*]
        }
    };
}

macro_rules! proxy {
    ($($table:tt)*) => {
        natives! { proxy_natives, hostcalls, $($table)* }
    };
}

macro_rules! wasi_calls {
    ($($table:tt)*) => {
        natives! { wasi_natives, wasi, $($table)* }
    };
}

macro_rules! nn_calls {
    ($($table:tt)*) => {
        natives! { nn_natives, nn, $($table)* }
    };
}

for_each_host_call!(proxy);
for_each_nn_call!(nn_calls);
for_each_wasi_call!(wasi_calls);
