//! The host functions as typed wasmer functions, made from the host core's table.

use host_core::{for_each_host_call, for_each_wasi_call, hostcalls, wasi};
use wasmer::{Extern, Function, FunctionEnv, FunctionEnvMut, RuntimeError, Store};

use crate::guest::{VmOwner, WasmerGuest};

/// Makes one host function in a store. wasmer's functions belong to a store, so that each
/// instance needs its own; which ones, in the order of the module's imports, is found once
/// for a module.
pub(crate) type Maker = fn(&mut Store, &FunctionEnv<VmOwner>) -> Extern;

/// The maker of the function imported as `module`.`name`.
pub(crate) fn maker(module: &str, name: &str) -> Option<Maker> {
    match module {
        "env" => proxy_maker(name),
        "wasi_snapshot_preview1" | "wasi_unstable" => wasi_maker(name),
        _ => None,
    }
}

/// The WebAssembly type of an argument.
macro_rules! wasm_type {
    (u64) => {
        u64
    };
    ($other:tt) => {
        u32
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

macro_rules! proxy_makers {
    ($($name:ident($($argument:ident: $type:tt),*) -> $result:tt;)*) => {
        fn proxy_maker(name: &str) -> Option<Maker> {
            Some(match name {
                $(stringify!($name) => |store, env| Function::new_typed_with_env(
                    store,
                    env,
                    |env: FunctionEnvMut<'_, VmOwner>, $($argument: wasm_type!($type)),*|
                        -> Result<$result, RuntimeError> {
                        hostcalls::$name(&mut WasmerGuest::new(env), $(native!($argument: $type)),*)
                    },
                ).into(),)*
                _ => return None,
            })
        }
    };
}

macro_rules! wasi_makers {
    ($($name:ident($($argument:ident: $type:tt),*) -> $result:tt;)*) => {
        fn wasi_maker(name: &str) -> Option<Maker> {
            Some(match name {
                $(stringify!($name) => |store, env| Function::new_typed_with_env(
                    store,
                    env,
                    |env: FunctionEnvMut<'_, VmOwner>, $($argument: wasm_type!($type)),*|
                        -> Result<$result, RuntimeError> {
                        wasi::$name(&mut WasmerGuest::new(env), $(native!($argument: $type)),*)
                    },
                ).into(),)*
                _ => return None,
            })
        }
    };
}

for_each_host_call!(proxy_makers);
for_each_wasi_call!(wasi_makers);
