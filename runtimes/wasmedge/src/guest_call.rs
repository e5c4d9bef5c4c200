//! Entering a host function from the guest.

use std::ffi::c_void;
use std::ptr::NonNull;

use host_core::{Trap, TrapKind, contain};

use crate::guest::{Ended, VmState, WasmEdgeGuest};
use crate::value::{Outcome, Value};

/// The arguments of a host function, taken one after the other.
pub(crate) struct Arguments(*const Value);

impl Arguments {
    /// The next argument.
    ///
    /// # Safety
    /// There must be one more.
    #[inline]
    pub(crate) unsafe fn take(&mut self) -> u64 {
        // SAFETY: the caller's promise.
        unsafe {
            let number = (*self.0).low;
            self.0 = self.0.add(1);
            number
        }
    }
}

/// What a host function answers to its guest.
pub(crate) trait Answer {
    /// Writes it to where the results go.
    ///
    /// # Safety
    /// `results` must have room for as many values as the function's type has results.
    unsafe fn write(self, state: &VmState, results: *mut Value);
}

impl Answer for u32 {
    #[inline]
    unsafe fn write(self, state: &VmState, results: *mut Value) {
        // SAFETY: the caller's promise: one result.
        unsafe { *results = Value::new(self.into(), state.i32) };
    }
}

impl Answer for () {
    #[inline]
    unsafe fn write(self, _: &VmState, _: *mut Value) {}
}

/// Runs `call` for the guest whose state is at `state`.
///
/// # Safety
/// `state` must be the address that the function was made with, its guest must wait in this
/// call, and arguments and results must be as many as the function's type says.
#[inline]
pub(crate) unsafe fn answer<T: Answer>(
    state: *mut c_void,
    arguments: *const Value,
    results: *mut Value,
    call: impl FnOnce(&mut WasmEdgeGuest, Arguments) -> Result<T, Ended>,
) -> Outcome {
    let Some(state) = NonNull::new(state.cast::<VmState>()) else {
        return Outcome::ENDED;
    };
    // SAFETY: the caller's promise.
    let mut guest = unsafe { WasmEdgeGuest::new(state) };
    #[cfg(target_os = "linux")]
    let Some(_host) = crate::native_stack::enter_host() else {
        guest.end(crate::trap::overflow());
        return Outcome::ENDED;
    };
    // A panic must not unwind through the library's frames.
    match contain(|| call(&mut guest, Arguments(arguments))) {
        Ok(Ok(answer)) => {
            // SAFETY: the caller's promise.
            unsafe { answer.write(guest.state(), results) };
            Outcome::SUCCESS
        }
        Ok(Err(Ended)) => Outcome::ENDED,
        Err(panic) => {
            guest.end(Trap::new(TrapKind::Other, panic));
            Outcome::ENDED
        }
    }
}
