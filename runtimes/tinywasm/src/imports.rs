//! The host functions as tinywasm functions, made from the host core's table.
//!
//! Untyped ones: the typed interface wraps them, turns arguments into a tuple of at most
//! twelve signed integers, and costs more.

use std::ptr::NonNull;

use host_core::{for_each_host_call, for_each_nn_call, for_each_wasi_call};
use host_core::{hostcalls, native_argument, nn, wasi};
use tinywasm::types::{FuncType, WasmType, WasmValue};
use tinywasm::{Error, FuncContext, Function, HostFunction, Store};

use crate::guest::{TinywasmGuest, VmState};

/// Makes one host function in the store of the VM with this state.
pub(crate) type Maker = fn(&mut Store, NonNull<VmState>) -> Function;

/// The maker of the function imported as `module`.`name`.
pub(crate) fn maker(module: &str, name: &str) -> Option<Maker> {
    match module {
        "env" => proxy_maker(name),
        "wasi_snapshot_preview1" | "wasi_unstable" => wasi_maker(name),
        nn::MODULE => nn_maker(name),
        _ => None,
    }
}

/// The type of an argument or result.
macro_rules! value_type {
    (u64) => {
        WasmType::I64
    };
    ($other:tt) => {
        WasmType::I32
    };
}

/// An argument out of tinywasm's value. Types were compared when the module was linked.
macro_rules! number {
    ($value:ident: u64) => {
        match $value {
            WasmValue::I64(value) => value.cast_unsigned(),
            _ => return Err(mistyped()),
        }
    };
    ($value:ident: $other:tt) => {
        match $value {
            WasmValue::I32(value) => value.cast_unsigned(),
            _ => return Err(mistyped()),
        }
    };
}

macro_rules! results {
    (()) => {
        []
    };
    (u32) => {
        [WasmType::I32]
    };
}

/// A result as tinywasm's values.
trait Results {
    fn values(self) -> Vec<WasmValue>;
}

impl Results for u32 {
    #[inline]
    fn values(self) -> Vec<WasmValue> {
        vec![WasmValue::I32(self.cast_signed())]
    }
}

impl Results for () {
    #[inline]
    fn values(self) -> Vec<WasmValue> {
        Vec::new()
    }
}

#[cold]
fn mistyped() -> Error {
    Error::Other("a host function was called with arguments of other types".to_owned())
}

macro_rules! makers {
    (
        { $maker:ident of $calls:ident }
        $($name:ident($($argument:ident: $type:tt),*) -> $result:tt;)*
    ) => {
        fn $maker(name: &str) -> Option<Maker> {
            Some(match name {
                $(stringify!($name) => |store, state| {
                    let ty = FuncType::new(&[$(value_type!($type)),*], &results!($result));
                    let call = move |context: FuncContext<'_>, arguments: &[WasmValue]| {
                        let &[$($argument),*] = arguments else {
                            return Err(mistyped());
                        };
                        $(let $argument = number!($argument: $type);)*
                        // SAFETY: this function is in the store of the VM with this state,
                        // which lives as long as the store.
                        #[allow(unsafe_code)]
                        let mut guest = unsafe { TinywasmGuest::new(context, state) };
                        $calls::$name(&mut guest, $(native_argument!($argument: $type)),*)
                            .map(Results::values)
                    };
                    HostFunction::from_untyped(store, &ty, call)
                },)*
                _ => return None,
            })
        }
    };
}

for_each_host_call!(makers, { proxy_maker of hostcalls });
for_each_wasi_call!(makers, { wasi_maker of wasi });
for_each_nn_call!(makers, { nn_maker of nn });
