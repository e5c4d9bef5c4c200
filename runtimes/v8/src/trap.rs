//! V8's exceptions in the host's words.

use std::ffi::c_void;

use host_core::{Trap, TrapKind};
use v8::{
    CallbackScope, Context, ContextScope, HandleScope, Isolate, Local, Message, TryCatch, Value,
    WasmModuleObject,
};

use crate::guest::{Ending, VmState};
use crate::object;

/// A module whose start function is `unreachable`.
const TRAPS: &[u8] = b"\0asm\x01\0\0\0\
    \x01\x04\x01\x60\0\0\
    \x03\x02\x01\0\
    \x08\x01\0\
    \x0a\x05\x01\x03\0\0\x0b";

/// Ends the guest from within a host call. A trap, and no exception of JavaScript's: that
/// the guest could catch.
#[cold]
pub(crate) fn raise(scope: &mut HandleScope<'_>) {
    let constructor = object::instance_constructor(scope);
    let module = WasmModuleObject::compile(scope, TRAPS);
    if let (Some(constructor), Some(module)) = (constructor, module) {
        // It never succeeds; the exception stays with V8.
        let _ = constructor.new_instance(scope, &[module.into()]);
    }
}

/// What V8's heap may take beyond its limit until a guest that filled it has ended, bytes.
const GRACE: usize = 32 << 20;

/// Lets an isolate keep what V8 says of exceptions that nobody catches, and end a guest that
/// fills V8's heap. That costs calls which raise none nothing; a `TryCatch` for each would.
pub(crate) fn listen(isolate: &mut Isolate) {
    isolate.add_message_listener(heard);
    let address: *mut Isolate = isolate;
    isolate.add_near_heap_limit_callback(full, address.cast());
}

/// V8's last words before it would end the process.
#[allow(unsafe_code)]
unsafe extern "C" fn full(isolate: *mut c_void, limit: usize, _: usize) -> usize {
    // SAFETY: the address that `listen` gave; V8 calls this on the isolate's own thread.
    let isolate = unsafe { &*isolate.cast::<Isolate>() };
    isolate.terminate_execution();
    if let Some(mut state) = VmState::of(isolate) {
        // SAFETY: as in `heard`.
        unsafe { state.as_mut() }.reported = Some("the garbage-collected heap is full".to_owned());
    }
    limit + GRACE
}

/// V8's report of an exception.
#[allow(unsafe_code)]
unsafe extern "C" fn heard(message: Local<'_, Message>, exception: Local<'_, Value>) {
    // SAFETY: this is a callback, and no other scope is open in it.
    let scope = &mut unsafe { CallbackScope::new(message) };
    let text = exception.to_rust_string_lossy(scope);
    if let Some(mut state) = VmState::of(scope) {
        // SAFETY: the isolate's owner owns it too, and no other reference lives while V8
        // reports.
        unsafe { state.as_mut() }.reported = Some(text);
    }
}

/// The end of a call into the guest: why the host ended it, if it did, else what V8
/// reported. What ended without a word was terminated.
#[cold]
pub(crate) fn trap(ending: Option<Ending>, reported: Option<String>) -> Trap {
    match ending {
        Some(Ending::Exit(code)) => {
            let text = format!("the guest exited with code {code}");
            return Trap::new(TrapKind::Exit(code), text);
        }
        Some(Ending::Panic(message)) => return Trap::new(TrapKind::Other, message),
        None => {}
    }
    let Some(text) = reported else {
        return Trap::new(TrapKind::Deadline, "execution was terminated");
    };
    let kind = match text.strip_prefix("RuntimeError: ") {
        Some("unreachable") => TrapKind::Unreachable,
        Some(trap) if trap.contains("out of bounds") => TrapKind::OutOfBounds,
        None if text.starts_with("RangeError: Maximum call stack") => TrapKind::StackOverflow,
        _ => TrapKind::Other,
    };
    Trap::new(kind, text)
}

/// What V8 says of the exception that it caught.
#[cold]
pub(crate) fn text(
    caught: &mut TryCatch<'_, HandleScope<'_, ()>>,
    context: Local<'_, Context>,
) -> String {
    let exception = caught.exception().filter(|_| !caught.has_terminated());
    let scope = &mut ContextScope::new(caught, context);
    match exception {
        Some(exception) => exception.to_rust_string_lossy(scope),
        None => "execution was terminated".to_owned(),
    }
}
