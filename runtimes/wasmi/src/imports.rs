//! The host functions as typed wasmi functions, made from the host core's tables.

use host_core::typed_host_functions;
use wasmi::{Caller, Engine, Error, Linker};

use crate::guest::{VmState, WasmiGuest};

/// A linker with every function of the table; it serves all modules of an engine.
pub(crate) fn linker(engine: &Engine) -> Result<Linker<VmState>, Error> {
    let mut linker = Linker::new(engine);
    typed_host_functions! {
        caller: Caller<'_, VmState> => WasmiGuest(caller), or Error;
        (module, name, function) => linker.func_wrap(module, name, function)?
    }
    Ok(linker)
}
