//! The host functions as typed wasmtime functions, made from the host core's tables.

use host_core::typed_host_functions;
use wasmtime::{Caller, Engine, Error, Linker};

use crate::guest::{VmState, WasmtimeGuest};

/// A linker with every function of the table; it serves all modules of an engine.
pub(crate) fn linker(engine: &Engine) -> Result<Linker<VmState>, Error> {
    let mut linker = Linker::new(engine);
    typed_host_functions! {
        caller: Caller<'_, VmState> => WasmtimeGuest(caller), or Error;
        (module, name, function) => linker.func_wrap(module, name, function)?
    }
    Ok(linker)
}
