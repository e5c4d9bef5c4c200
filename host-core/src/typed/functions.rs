//! Host functions with WebAssembly's types.

/// Makes every host function of the tables, `env`, WASI and wasi-nn, as a plain function with
/// WebAssembly's types, and defines each with an expression of the caller's.
///
/// ```ignore
/// host_core::typed_host_functions! {
///     caller: Caller<'_, VmState> => EngineGuest(caller), or engine::Error;
///     (module, name, function) => linker.func_wrap(module, name, function)?
/// }
/// ```
///
/// The first line says what the engine hands to a host function, how a
/// [`Guest`](crate::Guest) is made of it, and that guest's trap. The second is evaluated
/// once for each function and module that it belongs to: `module` and `name` are texts,
/// `function` is a function item of type `fn(caller, u32 or u64, ...) -> Result<u32 or (),
/// trap>`.
#[macro_export]
macro_rules! typed_host_functions {
    (
        $caller:ident: $Caller:ty => $guest:expr, or $Trap:ty;
        ($module:ident, $name:ident, $function:ident) => $define:expr
    ) => {
        $crate::for_each_host_call!($crate::define_typed_functions, {
            hostcalls in ["env"];
            $caller: $Caller => $guest, or $Trap;
            ($module, $name, $function) => $define
        });
        $crate::for_each_wasi_call!($crate::define_typed_functions, {
            wasi in ["wasi_snapshot_preview1", "wasi_unstable"];
            $caller: $Caller => $guest, or $Trap;
            ($module, $name, $function) => $define
        });
        $crate::for_each_nn_call!($crate::define_typed_functions, {
            nn in [$crate::nn::MODULE];
            $caller: $Caller => $guest, or $Trap;
            ($module, $name, $function) => $define
        });
    };
}

/// One table's part of [`typed_host_functions!`](crate::typed_host_functions).
#[doc(hidden)]
#[macro_export]
macro_rules! define_typed_functions {
    (
        {
            $calls:ident in $modules:expr;
            $caller:ident: $Caller:ty => $guest:expr, or $Trap:ty;
            ($module:ident, $name:ident, $function:ident) => $define:expr
        }
        $($call:ident($($argument:ident: $type:tt),*) -> $result:tt;)*
    ) => {
        $({
            #[allow(clippy::too_many_arguments)] // The table has as many as it has.
            fn $function(
                $caller: $Caller,
                $($argument: $crate::wasm_type!($type)),*
            ) -> ::core::result::Result<$result, $Trap> {
                $crate::$calls::$call(&mut $guest, $($crate::native_argument!($argument: $type)),*)
            }
            let $name = stringify!($call);
            for $module in $modules {
                $define;
            }
        })*
    };
}

/// The WebAssembly type of a host function's argument, from the table's word for it.
#[macro_export]
macro_rules! wasm_type {
    (u64) => {
        u64
    };
    ($other:tt) => {
        u32
    };
}

/// A host function's argument as the host core takes it.
#[macro_export]
macro_rules! native_argument {
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
