//! The functions of `wasm.h` that are used here, found by name.
#![allow(missing_docs)]

use std::ffi::c_void;

use libloading::os::unix::Library;

use crate::value::{CVec, Value};

macro_rules! objects {
    ($($name:ident)*) => {$(
        #[repr(C)]
        #[derive(Debug)]
        pub struct $name {
            _private: [u8; 0],
        }
    )*};
}

objects! {
    Engine Store Module SharedModule Instance Func Memory Extern Trap ValType FuncType
    ImportType ExportType
}

/// `wasm_func_callback_with_env_t`
pub type Callback =
    unsafe extern "C" fn(*mut c_void, *const CVec<Value>, *mut CVec<Value>) -> *mut Trap;
/// What deletes a callback's environment.
pub type Finalizer = Option<unsafe extern "C" fn(*mut c_void)>;

macro_rules! api {
    (required { $($name:ident($($argument:ty),*) $(-> $result:ty)?;)* } optional { $($extra:ident($($more:ty),*) $(-> $answer:ty)?;)* }) => {
        /// The interface: `wasm_` and the field's name is the function's.
        pub struct Api {
            $(pub $name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
            $(pub $extra: Option<unsafe extern "C" fn($($more),*) $(-> $answer)?>,)*
        }

        impl Api {
            /// # Errors
            /// The name of the first function that the library lacks.
            pub(crate) fn resolve(library: &Library) -> Result<Self, &'static str> {
                Ok(Self {
                    $($name: {
                        let name = concat!("wasm_", stringify!($name), "\0");
                        // SAFETY: the type is the one that wasm.h gives this function.
                        let symbol = unsafe { library.get(name) };
                        *symbol.map_err(|_| concat!("wasm_", stringify!($name)))?
                    },)*
                    $($extra: {
                        let name = concat!("wasm_", stringify!($extra), "\0");
                        // SAFETY: as above.
                        unsafe { library.get(name) }.ok().map(|symbol| *symbol)
                    },)*
                })
            }
        }
    };
}

api! {
    required {
    engine_new() -> *mut Engine;
    store_new(*mut Engine) -> *mut Store;
    store_delete(*mut Store);
    byte_vec_new(*mut CVec<u8>, usize, *const u8);
    byte_vec_delete(*mut CVec<u8>);
    module_new(*mut Store, *const CVec<u8>) -> *mut Module;
    module_delete(*mut Module);
    module_imports(*const Module, *mut CVec<*mut ImportType>);
    module_exports(*const Module, *mut CVec<*mut ExportType>);
    importtype_module(*const ImportType) -> *const CVec<u8>;
    importtype_name(*const ImportType) -> *const CVec<u8>;
    importtype_vec_delete(*mut CVec<*mut ImportType>);
    exporttype_name(*const ExportType) -> *const CVec<u8>;
    exporttype_vec_delete(*mut CVec<*mut ExportType>);
    valtype_new(u8) -> *mut ValType;
    valtype_vec_new(*mut CVec<*mut ValType>, usize, *const *mut ValType);
    functype_new(*mut CVec<*mut ValType>, *mut CVec<*mut ValType>) -> *mut FuncType;
    functype_delete(*mut FuncType);
    func_new_with_env(*mut Store, *const FuncType, Callback, *mut c_void, Finalizer) -> *mut Func;
    func_delete(*mut Func);
    func_as_extern(*mut Func) -> *mut Extern;
    func_call(*const Func, *const CVec<Value>, *mut CVec<Value>) -> *mut Trap;
    extern_as_func(*mut Extern) -> *mut Func;
    extern_as_memory(*mut Extern) -> *mut Memory;
    extern_vec_delete(*mut CVec<*mut Extern>);
    memory_data(*mut Memory) -> *mut u8;
    memory_data_size(*const Memory) -> usize;
    instance_new(*mut Store, *const Module, *const CVec<*mut Extern>, *mut *mut Trap) -> *mut Instance;
    instance_delete(*mut Instance);
    instance_exports(*const Instance, *mut CVec<*mut Extern>);
    trap_new(*mut Store, *const CVec<u8>) -> *mut Trap;
    trap_delete(*mut Trap);
    trap_message(*const Trap, *mut CVec<u8>);
    }
    optional {
    module_share(*const Module) -> *mut SharedModule;
    module_obtain(*mut Store, *const SharedModule) -> *mut Module;
    shared_module_delete(*mut SharedModule);
    }
}
