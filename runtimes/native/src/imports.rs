//! The host functions as C functions of this executable, made from the host core's tables.
//!
//! WASI functions are not among them: a native guest uses the C library. Those of wasi-nn
//! are named `wasi_ephemeral_nn_...`, because C functions have no import module.

use host_core::abi::{NnErrno, Status};
use host_core::{contain, for_each_host_call, for_each_nn_call, hostcalls, nn};

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
            answer(Status::InternalFailure as u32, |guest| {
                hostcalls::$name(guest, $($argument),*)
            })
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
            let proxy = std::hint::black_box(addresses);
            proxy.iter().filter(|address| **address != 0).count() + inference::keep_exports()
        }
    };
}

for_each_host_call!(exports);

macro_rules! nn_exports {
    ($($name:ident($($argument:ident: $type:tt),*) -> u32;)*) => {$(
        #[unsafe(export_name = concat!("wasi_ephemeral_nn_", stringify!($name)))]
        unsafe extern "C" fn $name($($argument: native_type!($type)),*) -> u32 {
            answer(NnErrno::RuntimeError as u32, |guest| nn::$name(guest, $($argument),*))
        })*

        /// [`super::keep_exports`] for wasi-nn.
        pub(super) fn keep_exports() -> usize {
            std::hint::black_box([$($name as *const () as usize),*]).len()
        }
    };
}

/// In a module of its own, as its functions have everyday names.
mod inference {
    use super::*;

    for_each_nn_call!(nn_exports);
}

/// Answers a host call of the guest that runs on this thread. A library may call from its
/// initialisers or from threads of its own, where no VM runs: that is the answer `failed`.
#[inline]
fn answer(failed: u32, call: impl FnOnce(&mut NativeGuest) -> Result<u32, NoTrap>) -> u32 {
    let Some(vm) = current() else {
        return failed;
    };
    // SAFETY: `current` is set only while an instance is inside its guest on this thread,
    // and the instance keeps the VM alive until the guest returns.
    let mut guest = unsafe { NativeGuest::new(vm) };
    // A panic must not unwind through the guest's frames.
    match contain(|| call(&mut guest)) {
        Ok(Ok(status)) => status,
        Ok(Err(NoTrap)) | Err(_) => failed,
    }
}
