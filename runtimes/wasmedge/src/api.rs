//! The functions of WasmEdge's C interface that are used here, found by name.

use std::ffi::{CStr, c_char, c_void};
use std::path::{Path, PathBuf};

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

use crate::value::{Kind, Outcome, Value};

/// `WasmEdge_String`: not ended by a zero.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Text {
    length: u32,
    bytes: *const u8,
}

impl Text {
    /// `text` for as long as it is borrowed.
    pub const fn new(text: &'static str) -> Self {
        Self {
            length: text.len() as u32,
            bytes: text.as_ptr(),
        }
    }
}

macro_rules! objects {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[repr(C)]
        #[derive(Debug)]
        pub struct $name {
            _private: [u8; 0],
        }
    )*};
}

objects! {
    /// `WasmEdge_ConfigureContext`
    Configure,
    /// `WasmEdge_CompilerContext`
    Compiler,
    /// `WasmEdge_LoaderContext`
    Loader,
    /// `WasmEdge_ValidatorContext`
    Validator,
    /// `WasmEdge_ASTModuleContext`
    Ast,
    /// `WasmEdge_ExecutorContext`
    Executor,
    /// `WasmEdge_StoreContext`
    Store,
    /// `WasmEdge_ModuleInstanceContext`
    ModuleInstance,
    /// `WasmEdge_FunctionTypeContext`
    FunctionType,
    /// `WasmEdge_FunctionInstanceContext`
    Function,
    /// `WasmEdge_MemoryInstanceContext`
    Memory,
    /// `WasmEdge_StatisticsContext`
    Statistics,
    /// `WasmEdge_CallingFrameContext`
    Frame,
    /// `WasmEdge_Async`
    Async,
    /// `WasmEdge_VMContext`
    Vm,
}

/// `WasmEdge_HostFunc_t`
pub(crate) type HostFunction =
    unsafe extern "C" fn(*mut c_void, *const Frame, *const Value, *mut Value) -> Outcome;

macro_rules! api {
    ($($name:ident($($argument:ty),*) $(-> $result:ty)?;)*) => {
        /// The interface: `WasmEdge_` and the field's name is the function's.
        #[allow(non_snake_case, missing_docs)]
        pub struct Api {
            $(pub $name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
            /// 0.17 has it, 0.14 has not.
            pub ConfigureSetRunMode: Option<unsafe extern "C" fn(*mut Configure, u32)>,
            /// What the library says that it is.
            pub version: String,
            /// What it was opened as.
            pub path: PathBuf,
            _library: Library,
        }

        impl Api {
            #[allow(non_snake_case)]
            fn resolve(library: Library) -> Result<Self, String> {
                $(
                    // SAFETY: the type is the one that WasmEdge's header of the versions
                    // that `known` lets through gives the function of this name.
                    let $name = unsafe { library.get(concat!("WasmEdge_", stringify!($name), "\0")) };
                    let $name = *$name.map_err(|_| {
                        concat!("it has no function WasmEdge_", stringify!($name)).to_owned()
                    })?;
                )*
                // SAFETY: as above.
                let set_run_mode = unsafe { library.get("WasmEdge_ConfigureSetRunMode\0") };
                Ok(Self {
                    $($name,)*
                    ConfigureSetRunMode: set_run_mode.ok().map(|symbol| *symbol),
                    version: String::new(),
                    path: PathBuf::new(),
                    _library: library,
                })
            }
        }
    };
}

// Numbers that are 32 bits wide in 0.14 and 64 bits in later versions are given as 64 bits
// and taken as 32: on the processors that WasmEdge runs on, both fit in a register whose
// upper half the narrower side does not look at.
api! {
    VersionGet() -> *const c_char;
    LogOff();
    ResultGetMessage(Outcome) -> *const c_char;
    ValTypeGenI32() -> Kind;
    ValTypeGenI64() -> Kind;
    ConfigureCreate() -> *mut Configure;
    ConfigureDelete(*mut Configure);
    ConfigureAddProposal(*mut Configure, u32);
    ConfigureSetMaxMemoryPage(*mut Configure, u64);
    ConfigureSetForceInterpreter(*mut Configure, bool);
    ConfigureCompilerSetOptimizationLevel(*mut Configure, u32);
    ConfigureCompilerSetOutputFormat(*mut Configure, u32);
    ConfigureCompilerSetInterruptible(*mut Configure, bool);
    CompilerCreate(*const Configure) -> *mut Compiler;
    CompilerCompileFromBuffer(*mut Compiler, *const u8, u64, *const c_char) -> Outcome;
    CompilerDelete(*mut Compiler);
    LoaderCreate(*const Configure) -> *mut Loader;
    LoaderParseFromBuffer(*mut Loader, *mut *mut Ast, *const u8, u32) -> Outcome;
    LoaderDelete(*mut Loader);
    ValidatorCreate(*const Configure) -> *mut Validator;
    ValidatorValidate(*mut Validator, *const Ast) -> Outcome;
    ValidatorDelete(*mut Validator);
    ASTModuleDelete(*mut Ast);
    ExecutorCreate(*const Configure, *mut Statistics) -> *mut Executor;
    ExecutorRegisterImport(*mut Executor, *mut Store, *const ModuleInstance) -> Outcome;
    ExecutorInstantiate(*mut Executor, *mut *mut ModuleInstance, *mut Store, *const Ast) -> Outcome;
    ExecutorInvoke(*mut Executor, *const Function, *const Value, u32, *mut Value, u32) -> Outcome;
    ExecutorAsyncInvoke(*mut Executor, *const Function, *const Value, u32) -> *mut Async;
    ExecutorDelete(*mut Executor);
    AsyncWait(*const Async);
    AsyncCancel(*mut Async);
    AsyncDelete(*mut Async);
    StoreCreate() -> *mut Store;
    StoreDelete(*mut Store);
    ModuleInstanceCreate(Text) -> *mut ModuleInstance;
    ModuleInstanceAddFunction(*mut ModuleInstance, Text, *mut Function);
    ModuleInstanceFindFunction(*const ModuleInstance, Text) -> *mut Function;
    ModuleInstanceFindMemory(*const ModuleInstance, Text) -> *mut Memory;
    ModuleInstanceDelete(*mut ModuleInstance);
    FunctionTypeCreate(*const Kind, u32, *const Kind, u32) -> *mut FunctionType;
    FunctionTypeDelete(*mut FunctionType);
    FunctionInstanceCreate(*const FunctionType, HostFunction, *mut c_void, u64) -> *mut Function;
    FunctionInstanceDelete(*mut Function);
    MemoryInstanceGetPageSize(*const Memory) -> u32;
    MemoryInstanceGetPointer(*mut Memory, u64, u64) -> *mut u8;
    VMCreate(*const Configure, *mut Store) -> *mut Vm;
    VMRegisterModuleFromImport(*mut Vm, *const ModuleInstance) -> Outcome;
    VMLoadWasmFromBuffer(*mut Vm, *const u8, u32) -> Outcome;
    VMValidate(*mut Vm) -> Outcome;
    VMInstantiate(*mut Vm) -> Outcome;
    VMGetActiveModule(*const Vm) -> *const ModuleInstance;
    VMGetExecutorContext(*mut Vm) -> *mut Executor;
    VMDelete(*mut Vm);
}

impl Api {
    /// Opens the library at `path`; a name without a slash is looked for by the system.
    ///
    /// # Errors
    /// Why it is not a WasmEdge library that can be used here.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        // SAFETY: opening runs the library's initialisers; it is one that the user chose or
        // that the system holds under WasmEdge's name.
        let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) };
        let library = library.map_err(|error| explain(&error))?;
        // SAFETY: the function has had this type in every version.
        let version = unsafe {
            let get =
                library.get::<unsafe extern "C" fn() -> *const c_char>("WasmEdge_VersionGet\0");
            let get = get.map_err(|_| "it has no function WasmEdge_VersionGet".to_owned())?;
            CStr::from_ptr(get()).to_string_lossy().into_owned()
        };
        if !known(&version) {
            return Err(format!(
                "it is WasmEdge {version}, whose values may be laid out in another way: known are 0.14 to 0.17"
            ));
        }
        let mut api = Self::resolve(library)?;
        api.version = version;
        api.path = path.to_owned();
        // SAFETY: no argument. What it would log is told by results already.
        unsafe { (api.LogOff)() };
        Ok(api)
    }

    /// The library's words for `outcome`.
    pub(crate) fn message(&self, outcome: Outcome) -> String {
        // SAFETY: it answers a text that lives as long as the library.
        unsafe { CStr::from_ptr((self.ResultGetMessage)(outcome)) }
            .to_string_lossy()
            .into_owned()
    }

    /// `outcome` as a result, with the library's words.
    pub(crate) fn check(&self, outcome: Outcome) -> Result<(), String> {
        match outcome.is_success() {
            true => Ok(()),
            false => Err(self.message(outcome)),
        }
    }
}

/// Whether values, types and results are known to be laid out as in [`crate::value`].
fn known(version: &str) -> bool {
    let mut numbers = version.split('.').map(str::parse::<u32>);
    matches!(
        (numbers.next(), numbers.next()),
        (Some(Ok(0)), Some(Ok(14..=17)))
    )
}

fn explain(error: &libloading::Error) -> String {
    let source = std::error::Error::source(error).map(ToString::to_string);
    source.unwrap_or_else(|| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_versions_whose_layout_is_known_are_taken() {
        for version in ["0.14.0", "0.14.1", "0.16.1", "0.17.1"] {
            assert!(known(version), "{version}");
        }
        for version in ["0.13.5", "0.18.0", "1.14.0", "", "x", "0.14-rc"] {
            assert!(!known(version), "{version}");
        }
    }
}
