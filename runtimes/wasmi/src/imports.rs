//! The host functions as typed wasmi functions, made from the host core's table.

use host_core::{for_each_host_call, for_each_wasi_call, hostcalls, wasi};
use wasmi::{Caller, Engine, Linker};

use crate::guest::{VmState, WasmiGuest};

/// A linker with every function of the table; it serves all modules of an engine.
pub(crate) fn linker(engine: &Engine) -> Result<Linker<VmState>, wasmi::Error> {
    let mut linker = Linker::new(engine);
    link_proxy(&mut linker)?;
    for module in ["wasi_snapshot_preview1", "wasi_unstable"] {
        link_wasi(&mut linker, module)?;
    }
    Ok(linker)
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

macro_rules! link_proxy {
    ($($name:ident($($argument:ident: $type:tt),*) -> $result:tt;)*) => {
        fn link_proxy(linker: &mut Linker<VmState>) -> Result<(), wasmi::Error> {
            $(linker.func_wrap(
                "env",
                stringify!($name),
                |caller: Caller<'_, VmState>, $($argument: wasm_type!($type)),*|
                    -> Result<$result, wasmi::Error> {
                    hostcalls::$name(&mut WasmiGuest(caller), $(native!($argument: $type)),*)
                },
            )?;)*
            Ok(())
        }
    };
}

macro_rules! link_wasi {
    ($($name:ident($($argument:ident: $type:tt),*) -> $result:tt;)*) => {
        fn link_wasi(linker: &mut Linker<VmState>, module: &str) -> Result<(), wasmi::Error> {
            $(linker.func_wrap(
                module,
                stringify!($name),
                |caller: Caller<'_, VmState>, $($argument: wasm_type!($type)),*|
                    -> Result<$result, wasmi::Error> {
                    wasi::$name(&mut WasmiGuest(caller), $(native!($argument: $type)),*)
                },
            )?;)*
            Ok(())
        }
    };
}

for_each_host_call!(link_proxy);
for_each_wasi_call!(link_wasi);
