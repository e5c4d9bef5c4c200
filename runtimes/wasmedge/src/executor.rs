//! What runs one instance: an executor with a store of its own.

use std::ptr::{NonNull, null_mut};

use crate::api::{Api, Executor, ModuleInstance, Store};
use crate::compiler::{Config, Parsed};

/// An executor, its store, its host functions and, once instantiated, its instance.
pub(crate) struct Running {
    api: &'static Api,
    executor: NonNull<Executor>,
    store: *mut Store,
    imports: Vec<*mut ModuleInstance>,
    instance: *mut ModuleInstance,
}

impl Running {
    pub(crate) fn new(config: &Config) -> Result<Self, String> {
        let api = config.api;
        // SAFETY: the configuration is alive, and null asks for no statistics, which would
        // cost clock readings in every host call.
        let (executor, store) = unsafe {
            (
                (api.ExecutorCreate)(config.raw(), null_mut()),
                (api.StoreCreate)(),
            )
        };
        Ok(Self {
            api,
            executor: NonNull::new(executor).ok_or("it makes no executor")?,
            store,
            imports: Vec::new(),
            instance: null_mut(),
        })
    }

    pub(crate) fn executor(&self) -> NonNull<Executor> {
        self.executor
    }

    /// The instance; null before.
    pub(crate) fn instance(&self) -> *const ModuleInstance {
        self.instance
    }

    /// Takes host functions.
    ///
    /// # Safety
    /// `module` must be alive and nobody else's.
    pub(crate) unsafe fn register(&mut self, module: *mut ModuleInstance) -> Result<(), String> {
        self.imports.push(module);
        // SAFETY: its own executor and store, and the caller's promise.
        let outcome = unsafe {
            (self.api.ExecutorRegisterImport)(self.executor.as_ptr(), self.store, module)
        };
        self.api.check(outcome)
    }

    /// Instantiates `module`, which must outlive this. Start sections run.
    pub(crate) fn instantiate(&mut self, module: &Parsed) -> Result<(), String> {
        // SAFETY: its own executor and store, and a valid module.
        let outcome = unsafe {
            (self.api.ExecutorInstantiate)(
                self.executor.as_ptr(),
                &mut self.instance,
                self.store,
                module.raw(),
            )
        };
        self.api.check(outcome)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let api = self.api;
        // SAFETY: all its own, the users before what they use.
        unsafe {
            if !self.instance.is_null() {
                (api.ModuleInstanceDelete)(self.instance);
            }
            (api.StoreDelete)(self.store);
            for module in &self.imports {
                (api.ModuleInstanceDelete)(*module);
            }
            (api.ExecutorDelete)(self.executor.as_ptr());
        }
    }
}
