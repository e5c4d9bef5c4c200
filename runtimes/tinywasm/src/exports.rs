//! A module's callbacks, resolved once.

use host_core::abi::{AbiVersion, Callback, CallbackSet};
use tinywasm::types::WasmValue;
use tinywasm::{Error, Function, ModuleInstance, Store};

/// One callback and how many parameters it takes.
struct Export {
    function: Function,
    params: usize,
}

/// The callbacks of one instance, by number. Called untyped, because the typed interface
/// does the same and makes a vector of the arguments first.
pub(crate) struct Exports([Option<Export>; Callback::COUNT]);

impl Exports {
    pub(crate) fn resolve(
        instance: &ModuleInstance,
        store: &Store,
        callbacks: CallbackSet,
        version: AbiVersion,
    ) -> Result<Self, Error> {
        let mut exports = [const { None }; Callback::COUNT];
        for callback in callbacks.iter() {
            exports[callback.index()] = Some(Export {
                function: instance.func_untyped(store, callback.export())?,
                params: usize::from(callback.signature(version).params),
            });
        }
        Ok(Self(exports))
    }

    #[inline]
    pub(crate) fn call(
        &self,
        store: &mut Store,
        callback: Callback,
        arguments: &[u32; 5],
    ) -> Result<u32, Error> {
        let Some(Export { function, params }) = &self.0[callback.index()] else {
            return Ok(0);
        };
        let arguments = arguments.map(|argument| WasmValue::I32(argument.cast_signed()));
        match function.call(store, &arguments[..*params])?.first() {
            Some(WasmValue::I32(result)) => Ok(result.cast_unsigned()),
            _ => Ok(0),
        }
    }
}
