//! Entering a host function from the guest.

use std::ffi::c_void;
use std::ptr::{NonNull, null_mut};

use host_core::{Trap, TrapKind, contain};

use crate::api;
use crate::guest::{CApiGuest, Ended, VmState};
use crate::value::{CVec, Value};

/// What a host function answers to its guest.
pub(crate) trait Answer {
    /// Writes it to where the results go.
    ///
    /// # Safety
    /// There must be as many results as the function's type has.
    unsafe fn write(self, results: *mut CVec<Value>);
}

impl Answer for u32 {
    #[inline]
    unsafe fn write(self, results: *mut CVec<Value>) {
        // SAFETY: the caller's promise: one result.
        unsafe { *(*results).data = Value::i32(self) };
    }
}

impl Answer for () {
    #[inline]
    unsafe fn write(self, _: *mut CVec<Value>) {}
}

/// Runs `call` for the guest whose state is at `state`; answers the trap, or null.
///
/// # Safety
/// `state` must be the address that the function was made with, its guest must wait in this
/// call, and arguments and results must be as many as the function's type says.
#[inline]
pub(crate) unsafe fn answer<T: Answer>(
    state: *mut c_void,
    arguments: *const CVec<Value>,
    results: *mut CVec<Value>,
    call: impl FnOnce(&mut CApiGuest, *const Value) -> Result<T, Ended>,
) -> *mut api::Trap {
    let Some(state) = NonNull::new(state.cast::<VmState>()) else {
        return null_mut();
    };
    // SAFETY: the caller's promise.
    let mut guest = unsafe { CApiGuest::new(state) };
    // SAFETY: the caller's promise.
    let first = unsafe { (*arguments).data.cast_const() };
    // A panic must not unwind through the library's frames.
    match contain(|| call(&mut guest, first)) {
        Ok(Ok(answer)) => {
            // SAFETY: the caller's promise.
            unsafe { answer.write(results) };
            null_mut()
        }
        Ok(Err(Ended)) => trap(&mut guest),
        Err(panic) => {
            guest.end(Trap::new(TrapKind::Other, panic));
            trap(&mut guest)
        }
    }
}

/// The trap that ends the guest; why it does is in the state.
#[cold]
fn trap(guest: &mut CApiGuest) -> *mut api::Trap {
    let state = guest.state();
    // wasm.h wants the message with a zero at its end.
    let message = b"ended by the host\0";
    let mut bytes = CVec::empty();
    // SAFETY: the store of the guest that waits in this call; the message is copied.
    unsafe {
        (state.api.byte_vec_new)(&mut bytes, message.len(), message.as_ptr());
        let trap = (state.api.trap_new)(state.store, &bytes);
        (state.api.byte_vec_delete)(&mut bytes);
        trap
    }
}
