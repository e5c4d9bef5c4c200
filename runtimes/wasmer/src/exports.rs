//! A module's callbacks, resolved once and typed.

use wasmer::{ExportError, Instance, RuntimeError, Store, TypedFunction};

host_core::typed_exports! {
    TypedFunction in Store, called with a list, or RuntimeError;
    (instance: &Instance, store, name) => instance.exports.get_typed_function(&*store, name),
        or ExportError
}
