//! A module's callbacks, resolved once.

use host_core::ModuleFacts;
use host_core::abi::Callback;

use crate::api::{Api, Function, ModuleInstance, Text};

/// One callback.
#[derive(Clone, Copy)]
pub(crate) struct Export {
    /// Null where the module has none.
    pub(crate) function: *mut Function,
    pub(crate) params: u32,
    pub(crate) results: u32,
}

/// The callbacks of one instance, by number, and the function that starts it.
pub(crate) struct Exports {
    pub(crate) callbacks: [Export; Callback::COUNT],
    pub(crate) start: Option<Export>,
    pub(crate) allocator: *mut Function,
}

impl Exports {
    /// # Safety
    /// `instance` must be alive, and an instance of the module with these facts.
    pub(crate) unsafe fn resolve(
        api: &Api,
        instance: *const ModuleInstance,
        facts: &ModuleFacts,
    ) -> Result<Self, String> {
        let find = |name: &'static str| {
            // SAFETY: the caller's promise.
            let function = unsafe { (api.ModuleInstanceFindFunction)(instance, Text::new(name)) };
            match function.is_null() {
                true => Err(format!("the engine does not find its export {name}")),
                false => Ok(function),
            }
        };
        let absent = Export {
            function: std::ptr::null_mut(),
            params: 0,
            results: 0,
        };
        let mut callbacks = [absent; Callback::COUNT];
        for callback in facts.callbacks.iter() {
            let signature = callback.signature(facts.version);
            callbacks[callback.index()] = Export {
                function: find(callback.export())?,
                params: signature.params.into(),
                results: signature.result.into(),
            };
        }
        let start = facts.start.map(find).transpose()?;
        Ok(Self {
            callbacks,
            start: start.map(|function| Export { function, ..absent }),
            allocator: facts.allocator.map_or(Ok(absent.function), find)?,
        })
    }
}
