//! A module that WAMR has loaded, with the bytes that it goes on reading.

use std::ffi::{CStr, c_char, c_int};
use std::sync::{Mutex, PoisonError};

use crate::api::{Api, RawImport, RawModule};

/// The form of what is loaded, `package_type_t` of wasm_export.h.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    WebAssembly = 0,
    Artifact = 1,
}

/// A module of one library.
pub(crate) struct Loaded {
    api: &'static Api,
    module: *mut RawModule,
    /// WAMR writes to it while it loads, and reads names and data from it later.
    _bytes: Vec<u8>,
}

/// Held while a module is loaded or unloaded: with the LLVM JIT both are compilation, whose
/// state WAMR shares between threads without locks.
static LOADING: Mutex<()> = Mutex::new(());

// SAFETY: a loaded module is read only; `LOADING` keeps loads apart.
unsafe impl Send for Loaded {}
// SAFETY: as above.
unsafe impl Sync for Loaded {}

impl Loaded {
    /// Loads a module, for compiling modes with its machine code.
    ///
    /// # Errors
    /// WAMR's own words.
    pub(crate) fn new(api: &'static Api, mut bytes: Vec<u8>, form: Form) -> Result<Self, String> {
        let length = u32::try_from(bytes.len()).map_err(|_| "it is larger than 4 GiB")?;
        let mut error = Text::new();
        let loading = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: bytes of that length, which stay where they are until the module is
        // unloaded, and room for a text.
        let module =
            unsafe { (api.load)(bytes.as_mut_ptr(), length, error.as_mut_ptr(), Text::LENGTH) };
        drop(loading);
        if module.is_null() {
            return Err(error.to_string());
        }
        let loaded = Self {
            api,
            module,
            _bytes: bytes,
        };
        // SAFETY: a loaded module.
        let found = unsafe { (api.package_type)(module) };
        if found != form as c_int {
            return Err(format!("it is no {form:?}, WAMR found form {found}"));
        }
        match loaded.unknown_imports() {
            unknown if unknown.is_empty() => Ok(loaded),
            unknown => Err(format!("it imports {}, unknown here", unknown.join(", "))),
        }
    }

    /// The imports for which there is no host function; WAMR would call a null pointer.
    fn unknown_imports(&self) -> Vec<String> {
        // SAFETY: a loaded module.
        let count = unsafe { (self.api.import_count)(self.module) };
        let import = |index| {
            // SAFETY: zeros are null pointers, no kind and not linked.
            let mut import: RawImport = unsafe { std::mem::zeroed() };
            // SAFETY: a loaded module, one of its imports, and room for the answer.
            unsafe { (self.api.import)(self.module, index, &mut import) };
            import
        };
        (0..count)
            .map(import)
            .filter(|import| !import.linked)
            .map(|import| format!("{}.{}", text(import.module), text(import.name)))
            .collect()
    }

    pub(crate) fn as_ptr(&self) -> *mut RawModule {
        self.module
    }
}

impl Drop for Loaded {
    fn drop(&mut self) {
        let _loading = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: loaded, unloaded once, and instances keep it alive.
        unsafe { (self.api.unload)(self.module) };
    }
}

/// A name in the module.
fn text(name: *const c_char) -> String {
    if name.is_null() {
        return String::new();
    }
    // SAFETY: WAMR ends names with NUL and keeps them with the module.
    unsafe { CStr::from_ptr(name) }
        .to_string_lossy()
        .into_owned()
}

/// Room for an error text of WAMR's.
pub(crate) struct Text([c_char; 256]);

impl Text {
    pub(crate) const LENGTH: u32 = 256;

    pub(crate) fn new() -> Self {
        Self([0; Self::LENGTH as usize])
    }

    pub(crate) fn as_mut_ptr(&mut self) -> *mut c_char {
        self.0.as_mut_ptr()
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // SAFETY: WAMR ends its texts within the length that it was told; zeros before.
        let text = unsafe { CStr::from_ptr(self.0.as_ptr()) }.to_string_lossy();
        f.write_str(match text.trim() {
            "" => "WAMR gives no reason",
            text => text,
        })
    }
}
