//! A module's callbacks, resolved once.

use host_core::abi::{AbiVersion, Callback, CallbackSet};
use v8::{Context, Function, HandleScope, Local, Object};

use crate::isolate::Kept;
use crate::number::{self, Small};
use crate::object;

/// One callback.
struct Export {
    function: Kept<Function>,
    params: usize,
    result: bool,
}

/// The callbacks of one instance, by number.
pub(crate) struct Exports([Option<Export>; Callback::COUNT]);

impl Exports {
    /// `None` when a callback that the facts name is no function.
    pub(crate) fn resolve(
        scope: &mut HandleScope<'_>,
        exports: Local<'_, Object>,
        callbacks: CallbackSet,
        version: AbiVersion,
    ) -> Option<Self> {
        let mut resolved = [const { None }; Callback::COUNT];
        for callback in callbacks.iter() {
            let function = object::function(scope, exports, callback.export())?;
            let signature = callback.signature(version);
            resolved[callback.index()] = Some(Export {
                function: Kept::new(scope, function),
                params: usize::from(signature.params),
                result: signature.result,
            });
        }
        Some(Self(resolved))
    }

    /// Whether there is such a callback.
    #[inline]
    pub(crate) fn has(&self, callback: Callback) -> bool {
        self.0[callback.index()].is_some()
    }

    /// Calls one; `None` when it did not come back.
    #[inline]
    pub(crate) fn call(
        &self,
        scope: &mut HandleScope<'_, ()>,
        context: Local<'_, Context>,
        callback: Callback,
        arguments: &[u32; 5],
    ) -> Option<u32> {
        let Some(export) = &self.0[callback.index()] else {
            return Some(0);
        };
        let nothing = v8::undefined(scope).into();
        let arguments = Small::new(arguments);
        let values = arguments.values();
        let values = values.get(..export.params).unwrap_or(&values);
        let function = export.function.open(scope);
        let result = function.call_with_context(scope, context, nothing, values)?;
        Some(match export.result {
            true => number::to_u32(result),
            false => 0,
        })
    }
}
