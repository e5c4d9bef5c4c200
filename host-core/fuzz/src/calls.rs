//! Every host function under its name, made from the host core's own tables.

use host_core::{for_each_host_call, for_each_wasi_call, hostcalls, wasi};

use crate::guest::{Exited, ScriptedGuest};

/// A host function that takes its arguments from the script.
pub type Call = (
    &'static str,
    fn(&mut ScriptedGuest<'_>) -> Result<(), Exited>,
);

macro_rules! argument {
    ($guest:ident, u64) => {
        $guest.script.number()
    };
    ($guest:ident, u32) => {
        $guest.script.number() as u32
    };
    // Addresses and sizes, as wide as a WebAssembly guest can make them.
    ($guest:ident, $other:tt) => {
        $guest.script.number() as u32 as usize
    };
}

macro_rules! table {
    ($module:ident $($name:ident($($argument:ident: $type:tt),*) -> $result:tt;)*) => {
        &[$((stringify!($name), |guest| {
            $(let $argument = argument!(guest, $type);)*
            $module::$name(guest, $($argument),*).map(|_| ())
        })),*]
    };
}

/// The functions of `env`.
pub const HOST_CALLS: &[Call] = for_each_host_call!(table, hostcalls);
/// The functions of WASI.
pub const WASI_CALLS: &[Call] = for_each_wasi_call!(table, wasi);
