//! A module's callbacks, resolved once.

use std::ffi::CString;
use std::ptr;

use host_core::abi::{AbiVersion, Callback, CallbackSet};

use crate::api::{Api, RawFunction, RawInstance};
use crate::sections::export_name;

/// One callback; `function` is null where the module has none.
#[derive(Clone, Copy)]
pub(crate) struct Export {
    pub(crate) function: *mut RawFunction,
    /// Arguments, each one cell of 32 bits.
    pub(crate) cells: u32,
    pub(crate) result: bool,
}

/// The callbacks of one instance, by number.
pub(crate) struct Exports([Export; Callback::COUNT]);

impl Exports {
    /// # Errors
    /// The name of an export that WAMR does not find.
    pub(crate) fn resolve(
        api: &Api,
        instance: *mut RawInstance,
        callbacks: CallbackSet,
        version: AbiVersion,
    ) -> Result<Self, String> {
        let absent = Export {
            function: ptr::null_mut(),
            cells: 0,
            result: false,
        };
        let mut exports = [absent; Callback::COUNT];
        for callback in callbacks.iter() {
            let signature = callback.signature(version);
            exports[callback.index()] = Export {
                function: function(api, instance, callback.export())?,
                cells: signature.params.into(),
                result: signature.result,
            };
        }
        Ok(Self(exports))
    }

    #[inline]
    pub(crate) fn get(&self, callback: Callback) -> Export {
        self.0[callback.index()]
    }
}

/// The function that the original module exports as `name`.
pub(crate) fn function(
    api: &Api,
    instance: *mut RawInstance,
    name: &str,
) -> Result<*mut RawFunction, String> {
    let text = CString::new(export_name(name)).map_err(|error| error.to_string())?;
    // SAFETY: a live instance and a text that ends.
    let found = unsafe { (api.look_up)(instance, text.as_ptr()) };
    if found.is_null() {
        Err(format!("WAMR does not find its export {name}"))
    } else {
        Ok(found)
    }
}
