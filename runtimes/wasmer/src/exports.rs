//! A module's callbacks, resolved once and typed.

use host_core::abi::{AbiVersion, Callback, CallbackSet, Signature};
use wasmer::{ExportError, Instance, RuntimeError, Store, TypedFunction};

/// One callback, typed by its signature: `P` without a result, `R` with one.
enum Export {
    Absent,
    P1(TypedFunction<u32, ()>),
    R1(TypedFunction<u32, u32>),
    P2(TypedFunction<(u32, u32), ()>),
    R2(TypedFunction<(u32, u32), u32>),
    P3(TypedFunction<(u32, u32, u32), ()>),
    R3(TypedFunction<(u32, u32, u32), u32>),
    P5(TypedFunction<(u32, u32, u32, u32, u32), ()>),
}

/// The callbacks of one instance, by number.
pub(crate) struct Exports([Export; Callback::COUNT]);

impl Exports {
    pub(crate) fn resolve(
        instance: &Instance,
        store: &Store,
        callbacks: CallbackSet,
        version: AbiVersion,
    ) -> Result<Self, ExportError> {
        let exported = &instance.exports;
        let mut exports = [const { Export::Absent }; Callback::COUNT];
        for callback in callbacks.iter() {
            let name = callback.export();
            exports[callback.index()] = match callback.signature(version) {
                Signature {
                    params: 1,
                    result: false,
                } => Export::P1(exported.get_typed_function(store, name)?),
                Signature {
                    params: 1,
                    result: true,
                } => Export::R1(exported.get_typed_function(store, name)?),
                Signature {
                    params: 2,
                    result: false,
                } => Export::P2(exported.get_typed_function(store, name)?),
                Signature {
                    params: 2,
                    result: true,
                } => Export::R2(exported.get_typed_function(store, name)?),
                Signature {
                    params: 3,
                    result: false,
                } => Export::P3(exported.get_typed_function(store, name)?),
                Signature {
                    params: 3,
                    result: true,
                } => Export::R3(exported.get_typed_function(store, name)?),
                _ => Export::P5(exported.get_typed_function(store, name)?),
            };
        }
        Ok(Self(exports))
    }

    #[inline]
    pub(crate) fn call(
        &self,
        store: &mut Store,
        callback: Callback,
        &[a, b, c, d, e]: &[u32; 5],
    ) -> Result<u32, RuntimeError> {
        let nothing = |()| 0;
        match &self.0[callback.index()] {
            Export::P1(function) => function.call(store, a).map(nothing),
            Export::R1(function) => function.call(store, a),
            Export::P2(function) => function.call(store, a, b).map(nothing),
            Export::R2(function) => function.call(store, a, b),
            Export::P3(function) => function.call(store, a, b, c).map(nothing),
            Export::R3(function) => function.call(store, a, b, c),
            Export::P5(function) => function.call(store, a, b, c, d, e).map(nothing),
            Export::Absent => Ok(0),
        }
    }
}
