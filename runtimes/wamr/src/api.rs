//! The C functions of WAMR, from the library that is linked or from one that is opened.

use std::ffi::{c_char, c_int, c_void};

/// A loaded module.
#[repr(C)]
pub(crate) struct RawModule([u8; 0]);
/// An instance.
#[repr(C)]
pub(crate) struct RawInstance([u8; 0]);
/// What a call runs in.
#[repr(C)]
pub(crate) struct ExecEnv([u8; 0]);
/// A function of an instance.
#[repr(C)]
pub(crate) struct RawFunction([u8; 0]);
/// A linear memory of an instance.
#[repr(C)]
pub(crate) struct RawMemory([u8; 0]);
/// How to instantiate.
#[repr(C)]
pub(crate) struct RawArguments([u8; 0]);

/// What a module imports, `wasm_import_t` of wasm_export.h.
#[repr(C)]
pub(crate) struct RawImport {
    pub(crate) module: *const c_char,
    pub(crate) name: *const c_char,
    pub(crate) kind: c_int,
    pub(crate) linked: bool,
    pub(crate) ty: *mut c_void,
}

/// A host function under a name, `NativeSymbol` of lib_export.h.
#[repr(C)]
pub(crate) struct NativeSymbol {
    pub(crate) symbol: *const c_char,
    pub(crate) function: *const c_void,
    pub(crate) signature: *const c_char,
    pub(crate) attachment: *mut c_void,
}

/// `RuntimeInitArgs` of wasm_export.h, with room at the end for what later versions add.
#[repr(C)]
pub(crate) struct InitArguments {
    pub(crate) allocator: c_int,
    pub(crate) allocator_options: [*mut c_void; 4],
    pub(crate) native_module: *const c_char,
    pub(crate) native_symbols: *mut NativeSymbol,
    pub(crate) native_symbol_count: u32,
    pub(crate) threads: u32,
    pub(crate) address: [u8; 128],
    pub(crate) unused: c_int,
    pub(crate) port: c_int,
    pub(crate) fast_jit_cache: u32,
    pub(crate) gc_heap: u32,
    pub(crate) running_mode: c_int,
    pub(crate) jit_optimisation: u32,
    pub(crate) jit_size: u32,
    pub(crate) segue: u32,
    pub(crate) perf: bool,
    pub(crate) room: [u64; 8],
}

/// `Alloc_With_System_Allocator`.
pub(crate) const SYSTEM_ALLOCATOR: c_int = 2;

macro_rules! functions {
    ($(
        $(#[$doc:meta])*
        $field:ident = $symbol:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?;
    )*) => {
        /// Functions of one library.
        #[derive(Clone, Copy)]
        pub(crate) struct Api {
            $($(#[$doc])* pub(crate) $field: unsafe extern "C" fn($($type),*) $(-> $result)?,)*
        }

        #[cfg(wamr_linked)]
        unsafe extern "C" {
            $(fn $symbol($($argument: $type),*) $(-> $result)?;)*
        }

        impl Api {
            /// Those of the library that is linked into the program.
            #[cfg(wamr_linked)]
            pub(crate) fn linked() -> Self {
                Self { $($field: $symbol,)* }
            }

            /// Those of an opened library.
            ///
            /// # Safety
            /// The library is WAMR with its shim, of the version whose headers this module
            /// repeats, and stays open for as long as the result is used.
            pub(crate) unsafe fn of(library: &libloading::Library) -> Result<Self, String> {
                Ok(Self {
                    $($field: {
                        let name = concat!(stringify!($symbol), "\0").as_bytes();
                        // SAFETY: the caller vouches for the library; the type is the
                        // function's in WAMR's header.
                        *unsafe { library.get(name) }
                            .map_err(|_| concat!("the library lacks ", stringify!($symbol)))?
                    },)*
                })
            }
        }
    };
}

functions! {
    full_init = wasm_runtime_full_init(arguments: *mut InitArguments) -> bool;
    set_log_level = wasm_runtime_set_log_level(level: c_int);
    version = wasm_runtime_get_version(major: *mut u32, minor: *mut u32, patch: *mut u32);
    is_mode_supported = wasm_runtime_is_running_mode_supported(mode: c_int) -> bool;
    register_natives = wasm_runtime_register_natives(module: *const c_char, symbols: *mut NativeSymbol, count: u32) -> bool;
    init_thread = wasm_runtime_init_thread_env() -> bool;
    destroy_thread = wasm_runtime_destroy_thread_env();
    load = wasm_runtime_load(bytes: *mut u8, length: u32, error: *mut c_char, error_length: u32) -> *mut RawModule;
    unload = wasm_runtime_unload(module: *mut RawModule);
    package_type = wasm_runtime_get_module_package_type(module: *mut RawModule) -> c_int;
    import_count = wasm_runtime_get_import_count(module: *mut RawModule) -> i32;
    import = wasm_runtime_get_import_type(module: *mut RawModule, index: i32, import: *mut RawImport);
    arguments_create = wasm_runtime_instantiation_args_create(arguments: *mut *mut RawArguments) -> bool;
    arguments_destroy = wasm_runtime_instantiation_args_destroy(arguments: *mut RawArguments);
    arguments_stack = wasm_runtime_instantiation_args_set_default_stack_size(arguments: *mut RawArguments, bytes: u32);
    arguments_heap = wasm_runtime_instantiation_args_set_host_managed_heap_size(arguments: *mut RawArguments, bytes: u32);
    arguments_pages = wasm_runtime_instantiation_args_set_max_memory_pages(arguments: *mut RawArguments, pages: u32);
    arguments_data = wasm_runtime_instantiation_args_set_custom_data(arguments: *mut RawArguments, data: *mut c_void);
    instantiate = wasm_runtime_instantiate_ex2(module: *mut RawModule, arguments: *const RawArguments, error: *mut c_char, error_length: u32) -> *mut RawInstance;
    deinstantiate = wasm_runtime_deinstantiate(instance: *mut RawInstance);
    running_mode = wasm_runtime_get_running_mode(instance: *mut RawInstance) -> c_int;
    exec_env = wasm_runtime_get_exec_env_singleton(instance: *mut RawInstance) -> *mut ExecEnv;
    memory = wasm_runtime_get_default_memory(instance: *mut RawInstance) -> *mut RawMemory;
    look_up = wasm_runtime_lookup_function(instance: *mut RawInstance, name: *const c_char) -> *mut RawFunction;
    call = wasm_runtime_call_wasm(env: *mut ExecEnv, function: *mut RawFunction, cells: u32, argv: *mut u32) -> bool;
    exception = wasm_runtime_get_exception(instance: *mut RawInstance) -> *const c_char;
    set_exception = wasm_runtime_set_exception(instance: *mut RawInstance, text: *const c_char);
    clear_exception = wasm_runtime_clear_exception(instance: *mut RawInstance);
    terminate = wasm_runtime_terminate(instance: *mut RawInstance);
    layout = pwbench_wamr_layout(offsets: *mut u32);
    in_guest = pwbench_wamr_in_guest() -> bool;
    fault = pwbench_wamr_fault(signal: c_int, info: *mut c_void, context: *mut c_void);
    stack_boundary = pwbench_wamr_stack_boundary() -> *mut u8;
}
