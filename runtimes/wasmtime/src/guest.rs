//! The guest as host calls see it: wasmtime's `Caller` behind [`host_core::Guest`].

use crate::trap::Exit;

host_core::store_guest! {
    WasmtimeGuest of wasmtime;
    exit(code) => Exit(code).into()
}
