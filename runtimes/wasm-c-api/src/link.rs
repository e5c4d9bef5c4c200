//! A module compiled for one store.

use std::ptr::{NonNull, null_mut};

use crate::api::{Api, Module, SharedModule, Store};
use crate::value::CVec;

/// A store, with a module compiled in it.
pub(crate) struct Linked {
    api: &'static Api,
    pub(crate) store: *mut Store,
    pub(crate) module: *mut Module,
}

/// A module that further stores can take without compiling it again.
pub(crate) struct Shared {
    api: &'static Api,
    raw: NonNull<SharedModule>,
}

// SAFETY: wasm.h: a shared module may be obtained by stores of any thread.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Linked {
    fn new(api: &'static Api, engine: crate::library::SharedEngine) -> Result<Self, String> {
        // SAFETY: the library's own engine.
        let store = unsafe { (api.store_new)(engine.raw()) };
        if store.is_null() {
            return Err("wasm_store_new makes no store".to_owned());
        }
        Ok(Self {
            api,
            store,
            module: null_mut(),
        })
    }

    /// Compiles `wasm` in a store of its own.
    pub(crate) fn compile(
        api: &'static Api,
        engine: crate::library::SharedEngine,
        wasm: &[u8],
    ) -> Result<Self, String> {
        let mut linked = Self::new(api, engine)?;
        let mut bytes = CVec::empty();
        // SAFETY: the bytes are copied, and the module belongs to the store.
        unsafe {
            (api.byte_vec_new)(&mut bytes, wasm.len(), wasm.as_ptr());
            linked.module = (api.module_new)(linked.store, &bytes);
            (api.byte_vec_delete)(&mut bytes);
        }
        match linked.module.is_null() {
            true => Err(
                "wasm_module_new makes no module of it, and wasm.h has no way to say why"
                    .to_owned(),
            ),
            false => Ok(linked),
        }
    }

    /// Takes a shared module into a store of its own.
    pub(crate) fn obtain(
        engine: crate::library::SharedEngine,
        shared: &Shared,
    ) -> Result<Self, String> {
        let api = shared.api;
        let mut linked = Self::new(api, engine)?;
        let obtain = api.module_obtain.ok_or("it cannot obtain modules")?;
        // SAFETY: its own store, and a shared module that is alive.
        linked.module = unsafe { obtain(linked.store, shared.raw.as_ptr()) };
        match linked.module.is_null() {
            true => Err("wasm_module_obtain makes no module".to_owned()),
            false => Ok(linked),
        }
    }

    /// The module for further stores, where the library can.
    pub(crate) fn share(&self) -> Option<Shared> {
        let (share, _) = self.api.module_share.zip(self.api.module_obtain)?;
        // SAFETY: its own module.
        let raw = NonNull::new(unsafe { share(self.module) })?;
        Some(Shared { api: self.api, raw })
    }

    /// Import modules and names, in the order in which an instance wants them.
    pub(crate) fn imports(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let api = self.api;
        let mut types = CVec::empty();
        // SAFETY: the vector is filled by the library, read, and deleted.
        unsafe {
            (api.module_imports)(self.module, &mut types);
            let text = |name: *const CVec<u8>| {
                let bytes = (*name).as_slice();
                bytes.strip_suffix(b"\0").unwrap_or(bytes).to_vec()
            };
            let names = types
                .as_slice()
                .iter()
                .map(|ty| {
                    let ty = ty.cast_const();
                    (
                        text((api.importtype_module)(ty)),
                        text((api.importtype_name)(ty)),
                    )
                })
                .collect();
            (api.importtype_vec_delete)(&mut types);
            names
        }
    }

    /// Names of the exports, in the order in which an instance lists them.
    pub(crate) fn exports(&self) -> Vec<String> {
        let api = self.api;
        let mut types = CVec::empty();
        // SAFETY: the vector is filled by the library, read, and deleted.
        unsafe {
            (api.module_exports)(self.module, &mut types);
            let names = types
                .as_slice()
                .iter()
                .map(|ty| {
                    let name = (*(api.exporttype_name)(ty.cast_const())).as_slice();
                    let name = name.strip_suffix(b"\0").unwrap_or(name);
                    String::from_utf8_lossy(name).into_owned()
                })
                .collect();
            (api.exporttype_vec_delete)(&mut types);
            names
        }
    }
}

impl Drop for Linked {
    fn drop(&mut self) {
        // SAFETY: all its own; what was made in the store is gone.
        unsafe {
            if !self.module.is_null() {
                (self.api.module_delete)(self.module);
            }
            (self.api.store_delete)(self.store);
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(delete) = self.api.shared_module_delete {
            // SAFETY: its own.
            unsafe { delete(self.raw.as_ptr()) };
        }
    }
}
