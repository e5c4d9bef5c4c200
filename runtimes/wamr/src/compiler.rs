//! WAMR's ahead-of-time compiler, a library that is opened when something is compiled.

use std::ffi::c_char;
use std::sync::OnceLock;

use libloading::Library;

use crate::api::{InitArguments, SYSTEM_ALLOCATOR};
use crate::cache;
use crate::error::Missing;
use crate::loaded::Text;
use crate::mode::{OPTIMISATION, SIZE};

/// The library's name.
const NAME: &str = "compiler";

/// Options that change the code, `pwbench_wamr_levels` of shim.c.
#[repr(C)]
struct Levels {
    optimisation: u32,
    size: u32,
    stack_checks: u32,
}

/// Every function checks the native stack. WAMR's default on 64-bit processors, guard pages
/// alone, is not enough here: LLVM then turns endless recursion into an endless loop that
/// nothing ends, a frame larger than the guard pages steps over them, and two builds of WAMR
/// cannot share a thread, as each touches all pages of the stack before it protects the last.
const STACK_CHECKS: u32 = 1;

type Compile =
    unsafe extern "C" fn(*mut u8, u32, *const Levels, *mut u32, *mut c_char, u32) -> *mut u8;

/// The compiler, initialised.
pub(crate) struct Compiler {
    compile: Compile,
    free: unsafe extern "C" fn(*mut u8),
}

impl Compiler {
    /// Why there is none, as far as can be told without opening it.
    pub(crate) fn missing() -> Option<Missing> {
        cache::find(NAME).err()
    }

    /// The compiler, which the first call opens.
    pub(crate) fn open() -> Result<&'static Self, Missing> {
        static OPENED: OnceLock<Result<Compiler, Missing>> = OnceLock::new();
        OPENED
            .get_or_init(Self::start)
            .as_ref()
            .map_err(Clone::clone)
    }

    fn start() -> Result<Self, Missing> {
        let library = cache::open(NAME)?;
        type Init = unsafe extern "C" fn(*mut InitArguments) -> bool;
        // SAFETY: the library of the script, with the functions of shim.c and wasm_export.h
        // under these types; it is never closed.
        let (compile, free, init) = unsafe {
            (
                symbol::<Compile>(library, "pwbench_wamr_compile")?,
                symbol::<unsafe extern "C" fn(*mut u8)>(library, "pwbench_wamr_compiled_free")?,
                symbol::<Init>(library, "wasm_runtime_full_init")?,
            )
        };
        // SAFETY: numbers, flags and pointers that may be null: all may be zero.
        let mut arguments: InitArguments = unsafe { std::mem::zeroed() };
        arguments.allocator = SYSTEM_ALLOCATOR;
        // SAFETY: the first and only initialisation of this library. It has no guests, and
        // so no handlers of signals.
        if unsafe { init(&mut arguments) } {
            Ok(Self { compile, free })
        } else {
            Err(Missing::unbuilt("WAMR's compiler could not be initialised"))
        }
    }

    /// Compiles `wasm`, to which WAMR's loader writes, for this processor.
    ///
    /// # Errors
    /// WAMR's own words.
    pub(crate) fn compile(&self, mut wasm: Vec<u8>) -> Result<Vec<u8>, String> {
        let length = u32::try_from(wasm.len()).map_err(|_| "it is larger than 4 GiB")?;
        let levels = Levels {
            optimisation: OPTIMISATION,
            size: SIZE,
            stack_checks: STACK_CHECKS,
        };
        let (mut compiled_length, mut error) = (0, Text::new());
        // SAFETY: bytes of that length, and room for a number and a text.
        let compiled = unsafe {
            (self.compile)(
                wasm.as_mut_ptr(),
                length,
                &levels,
                &mut compiled_length,
                error.as_mut_ptr(),
                Text::LENGTH,
            )
        };
        if compiled.is_null() {
            return Err(error.to_string());
        }
        // SAFETY: as many bytes as it says, ours until freed.
        let bytes = unsafe { std::slice::from_raw_parts(compiled, compiled_length as usize) };
        let bytes = bytes.to_vec();
        // SAFETY: freed once.
        unsafe { (self.free)(compiled) };
        Ok(bytes)
    }
}

/// # Safety
/// The function of that name has the type `T`.
unsafe fn symbol<T: Copy>(library: &'static Library, name: &str) -> Result<T, Missing> {
    // SAFETY: the caller's promise.
    unsafe { library.get::<T>(name) }
        .map(|symbol| *symbol)
        .map_err(|error| Missing::unbuilt(error.to_string()))
}
