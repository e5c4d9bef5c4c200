//! What each engine contributes to the catalogue: one file for each, and its line here.

use crate::entry::RuntimeEntry;

mod native;
mod tinywasm;
mod unfit;
mod v8;
mod wamr;
mod wasm_c_api;
mod wasmedge;
mod wasmer;
mod wasmi;
mod wasmtime;

/// The rows of all engines, in an order that does not change.
pub(crate) fn entries() -> impl Iterator<Item = RuntimeEntry> {
    native::entries()
        .chain(wasmtime::entries())
        .chain(wasmer::entries())
        .chain(wasmi::entries())
        .chain(wamr::entries())
        .chain(wasmedge::entries())
        .chain(tinywasm::entries())
        .chain(unfit::entries())
        .chain(v8::entries())
        .chain(wasm_c_api::entries())
}
