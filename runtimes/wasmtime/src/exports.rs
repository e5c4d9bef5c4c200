//! A module's callbacks, resolved once and typed.

use host_core::abi::{AbiVersion, Callback, CallbackSet, Signature};
use wasmtime::{Instance, Store, TypedFunc, WasmParams, WasmResults};

use crate::guest::VmState;

/// One callback, typed by its signature: `P` without a result, `R` with one.
#[derive(Clone)]
enum Export {
    Absent,
    P1(TypedFunc<u32, ()>),
    R1(TypedFunc<u32, u32>),
    P2(TypedFunc<(u32, u32), ()>),
    R2(TypedFunc<(u32, u32), u32>),
    P3(TypedFunc<(u32, u32, u32), ()>),
    R3(TypedFunc<(u32, u32, u32), u32>),
    P5(TypedFunc<(u32, u32, u32, u32, u32), ()>),
}

/// The callbacks of one instance, by number.
pub(crate) struct Exports([Export; Callback::COUNT]);

impl Exports {
    pub(crate) fn resolve(
        instance: Instance,
        store: &mut Store<VmState>,
        callbacks: CallbackSet,
        version: AbiVersion,
    ) -> Result<Self, wasmtime::Error> {
        let mut exports = [const { Export::Absent }; Callback::COUNT];
        for callback in callbacks.iter() {
            let name = callback.export();
            exports[callback.index()] = match callback.signature(version) {
                Signature {
                    params: 1,
                    result: false,
                } => Export::P1(typed(instance, store, name)?),
                Signature {
                    params: 1,
                    result: true,
                } => Export::R1(typed(instance, store, name)?),
                Signature {
                    params: 2,
                    result: false,
                } => Export::P2(typed(instance, store, name)?),
                Signature {
                    params: 2,
                    result: true,
                } => Export::R2(typed(instance, store, name)?),
                Signature {
                    params: 3,
                    result: false,
                } => Export::P3(typed(instance, store, name)?),
                Signature {
                    params: 3,
                    result: true,
                } => Export::R3(typed(instance, store, name)?),
                _ => Export::P5(typed(instance, store, name)?),
            };
        }
        Ok(Self(exports))
    }

    #[inline]
    pub(crate) fn call(
        &self,
        store: &mut Store<VmState>,
        callback: Callback,
        &[a, b, c, d, e]: &[u32; 5],
    ) -> Result<u32, wasmtime::Error> {
        let nothing = |()| 0;
        match &self.0[callback.index()] {
            Export::P1(function) => function.call(store, a).map(nothing),
            Export::R1(function) => function.call(store, a),
            Export::P2(function) => function.call(store, (a, b)).map(nothing),
            Export::R2(function) => function.call(store, (a, b)),
            Export::P3(function) => function.call(store, (a, b, c)).map(nothing),
            Export::R3(function) => function.call(store, (a, b, c)),
            Export::P5(function) => function.call(store, (a, b, c, d, e)).map(nothing),
            Export::Absent => Ok(0),
        }
    }
}

fn typed<P: WasmParams, R: WasmResults>(
    instance: Instance,
    store: &mut Store<VmState>,
    name: &str,
) -> Result<TypedFunc<P, R>, wasmtime::Error> {
    instance.get_typed_func(store, name)
}
