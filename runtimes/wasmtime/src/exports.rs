//! A module's callbacks, resolved once and typed.

use wasmtime::{Error, Instance, Store, TypedFunc};

use crate::guest::VmState;

host_core::typed_exports! {
    TypedFunc in Store<VmState>, called with a tuple, or Error;
    (instance: Instance, store, name) => instance.get_typed_func(&mut *store, name), or Error
}
