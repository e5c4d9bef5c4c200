//! A module's callbacks, resolved once.

use std::ptr::null_mut;

use host_core::ModuleFacts;
use host_core::abi::Callback;

use crate::api::{Api, Extern, Func, Memory};
use crate::value::CVec;

/// One callback.
#[derive(Clone, Copy)]
pub(crate) struct Export {
    /// Null where the module has none.
    pub(crate) function: *mut Func,
    pub(crate) params: usize,
    pub(crate) results: usize,
}

/// The callbacks of one instance, by number, and what else the host wants of it.
pub(crate) struct Exports {
    pub(crate) callbacks: [Export; Callback::COUNT],
    pub(crate) start: Option<Export>,
    pub(crate) allocator: *mut Func,
    pub(crate) memory: *mut Memory,
}

impl Exports {
    const ABSENT: Export = Export {
        function: null_mut(),
        params: 0,
        results: 0,
    };

    pub(crate) const NONE: Self = Self {
        callbacks: [Self::ABSENT; Callback::COUNT],
        start: None,
        allocator: null_mut(),
        memory: null_mut(),
    };

    /// # Safety
    /// `externs` must be alive and as `names`, the exports of the module with these facts.
    pub(crate) unsafe fn resolve(
        api: &Api,
        names: &[String],
        externs: &CVec<*mut Extern>,
        facts: &ModuleFacts,
    ) -> Result<Self, String> {
        // SAFETY: the caller's promise.
        let externs = unsafe { externs.as_slice() };
        let find = |name: &str| {
            let at = names.iter().position(|known| known == name)?;
            externs.get(at).copied()
        };
        let function = |name: &'static str| {
            // SAFETY: the caller's promise; null for what is no function.
            let function = find(name).map(|found| unsafe { (api.extern_as_func)(found) });
            match function {
                Some(function) if !function.is_null() => Ok(function),
                _ => Err(format!("the library does not list its export {name}")),
            }
        };
        let mut exports = Self::NONE;
        for callback in facts.callbacks.iter() {
            let signature = callback.signature(facts.version);
            exports.callbacks[callback.index()] = Export {
                function: function(callback.export())?,
                params: signature.params.into(),
                results: signature.result.into(),
            };
        }
        if let Some(name) = facts.start {
            exports.start = Some(Export {
                function: function(name)?,
                ..Self::ABSENT
            });
        }
        if let Some(name) = facts.allocator {
            exports.allocator = function(name)?;
        }
        if let Some(memory) = find("memory") {
            // SAFETY: the caller's promise; null for what is no memory.
            exports.memory = unsafe { (api.extern_as_memory)(memory) };
        }
        Ok(exports)
    }
}
