//! The host functions as C functions of this executable, made from the host core's table.
//!
//! WASI functions are not among them: a native guest uses the C library.

use host_core::abi::Status;
use host_core::{contain, for_each_host_call, hostcalls};

use crate::guest::{NativeGuest, NoTrap};
use crate::thread::current;

/// The C type of an argument.
macro_rules! native_type {
    (addr) => {
        usize
    };
    (size) => {
        usize
    };
    ($other:tt) => {
        $other
    };
}

/// One host function. The two helpers of emscripten are left out: the first would take the
/// place of the C library's own.
macro_rules! define {
    (pthread_equal $($rest:tt)*) => {};
    (emscripten_notify_memory_growth $($rest:tt)*) => {};
    ($name:ident($($argument:ident: $type:tt),*) -> u32) => {
        #[unsafe(no_mangle)]
        pub(crate) unsafe extern "C" fn $name($($argument: native_type!($type)),*) -> u32 {
            answer(|guest| hostcalls::$name(guest, $($argument),*))
        }
    };
}

/// The address of one host function.
macro_rules! address {
    (pthread_equal) => {
        0
    };
    (emscripten_notify_memory_growth) => {
        0
    };
    ($name:ident) => {
        $name as *const () as usize
    };
}

macro_rules! exports {
    ($($name:ident($($argument:ident: $type:tt),*) -> $result:tt;)*) => {
        $(define!($name($($argument: $type),*) -> $result);)*

        /// Keeps the linker from dropping the host functions, which nothing in the program
        /// itself calls; answers how many there are. To be called, or at least to be
        /// reachable, in any executable that opens native twins.
        pub fn keep_exports() -> usize {
            let addresses = [$(address!($name)),*];
            std::hint::black_box(addresses).iter().filter(|address| **address != 0).count()
        }
    };
}

for_each_host_call!(exports);

/// Answers a host call of the guest that runs on this thread. A library may call from its
/// initialisers or from threads of its own, where no VM runs: that fails.
#[inline]
fn answer(call: impl FnOnce(&mut NativeGuest) -> Result<u32, NoTrap>) -> u32 {
    let Some(vm) = current() else {
        return Status::InternalFailure as u32;
    };
    // SAFETY: `current` is set only while an instance is inside its guest on this thread,
    // and the instance keeps the VM alive until the guest returns.
    let mut guest = unsafe { NativeGuest::new(vm) };
    // A panic must not unwind through the guest's frames.
    match contain(|| call(&mut guest)) {
        Ok(Ok(status)) => status,
        Ok(Err(NoTrap)) | Err(_) => Status::InternalFailure as u32,
    }
}
