//! Where the fields lie that a host call reads.
//!
//! Constants, so that a host call reaches its VM and the guest's memory in a few loads; a
//! library that has them elsewhere is refused when it is opened.

use crate::api::{Api, ExecEnv, RawInstance, RawMemory};

/// `WASMExecEnv.module_inst`, fixed because generated code uses it.
const INSTANCE: usize = 16;
/// `WASMModuleInstance.custom_data`.
const CUSTOM_DATA: usize = 264;
/// `WASMMemoryInstance.memory_data_size`.
const MEMORY_SIZE: usize = 24;
/// `WASMMemoryInstance.memory_data`.
const MEMORY_BASE: usize = 32;

/// Refuses a library whose fields lie elsewhere.
pub(crate) fn check(api: &Api) -> Result<(), String> {
    let mut offsets = [0; 4];
    // SAFETY: the shim writes four numbers.
    unsafe { (api.layout)(offsets.as_mut_ptr()) };
    let found = offsets.map(|offset| offset as usize);
    if found == [INSTANCE, CUSTOM_DATA, MEMORY_SIZE, MEMORY_BASE] {
        Ok(())
    } else {
        Err(format!("this version of WAMR has its fields at {found:?}"))
    }
}

/// The instance that runs in `env`.
///
/// # Safety
/// `env` is alive, and its library passed [`check`].
#[inline]
pub(crate) unsafe fn instance(env: *mut ExecEnv) -> *mut RawInstance {
    // SAFETY: a pointer field at that offset, as checked.
    unsafe { env.byte_add(INSTANCE).cast::<*mut RawInstance>().read() }
}

/// What was put into `instance` when it was made.
///
/// # Safety
/// `instance` is alive, and its library passed [`check`].
#[inline]
pub(crate) unsafe fn custom_data<T>(instance: *mut RawInstance) -> *mut T {
    // SAFETY: a pointer field at that offset, as checked.
    unsafe { instance.byte_add(CUSTOM_DATA).cast::<*mut T>().read() }
}

/// Start and length of a memory now.
///
/// # Safety
/// `memory` belongs to a live instance whose library passed [`check`].
#[inline]
pub(crate) unsafe fn memory(memory: *mut RawMemory) -> (*mut u8, usize) {
    // SAFETY: a pointer field and a 64-bit number at those offsets, as checked.
    unsafe {
        (
            memory.byte_add(MEMORY_BASE).cast::<*mut u8>().read(),
            memory.byte_add(MEMORY_SIZE).cast::<u64>().read() as usize,
        )
    }
}
