//! WasmEdge's virtual machines: its C interface compiles in the process only in them.

use std::ptr::NonNull;

use crate::api::{Api, Executor, ModuleInstance, Vm};
use crate::compiler::{Config, keeping_handlers};

/// A virtual machine with one module. It compiles when it first instantiates, and keeps the
/// code for further instances, of which it holds one at a time.
pub(crate) struct JitVm {
    api: &'static Api,
    raw: NonNull<Vm>,
    imports: Vec<*mut ModuleInstance>,
    has_compiled: bool,
}

impl JitVm {
    /// # Safety
    /// The modules of `imports` must be alive and nobody else's.
    pub(crate) unsafe fn new(
        config: &Config,
        wasm: &[u8],
        imports: Vec<*mut ModuleInstance>,
    ) -> Result<Self, String> {
        let api = config.api;
        let length = u32::try_from(wasm.len()).map_err(|_| "it is larger than 4 GiB")?;
        // SAFETY: the configuration is copied, the bytes are parsed before the call returns,
        // and the caller vouches for the imports.
        unsafe {
            let raw = (api.VMCreate)(config.raw(), std::ptr::null_mut());
            let vm = Self {
                api,
                raw: NonNull::new(raw).ok_or("it makes no virtual machine")?,
                imports,
                has_compiled: false,
            };
            for module in &vm.imports {
                api.check((api.VMRegisterModuleFromImport)(raw, *module))?;
            }
            api.check((api.VMLoadWasmFromBuffer)(raw, wasm.as_ptr(), length))?;
            api.check((api.VMValidate)(raw))?;
            Ok(vm)
        }
    }

    pub(crate) fn executor(&self) -> NonNull<Executor> {
        // SAFETY: alive; every virtual machine has an executor.
        unsafe { NonNull::new_unchecked((self.api.VMGetExecutorContext)(self.raw.as_ptr())) }
    }

    /// Makes an instance in place of the one before. Start sections run.
    pub(crate) fn instantiate(&mut self) -> Result<(), String> {
        if !self.has_compiled {
            self.has_compiled = true;
            return keeping_handlers(|| self.instantiate());
        }
        // SAFETY: alive, validated, and no function of the instance before runs.
        self.api
            .check(unsafe { (self.api.VMInstantiate)(self.raw.as_ptr()) })
    }

    pub(crate) fn instance(&self) -> *const ModuleInstance {
        // SAFETY: alive.
        unsafe { (self.api.VMGetActiveModule)(self.raw.as_ptr()) }
    }
}

impl Drop for JitVm {
    fn drop(&mut self) {
        // SAFETY: all its own, the user before what it uses.
        unsafe {
            (self.api.VMDelete)(self.raw.as_ptr());
            for module in &self.imports {
                (self.api.ModuleInstanceDelete)(*module);
            }
        }
    }
}
