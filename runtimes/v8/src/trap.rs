//! V8's exceptions in the host's words.

use host_core::{Trap, TrapKind};
use v8::{Context, ContextScope, HandleScope, Local, TryCatch, WasmModuleObject};

use crate::guest::Ending;
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

/// The end of a call into the guest, out of what V8 caught and why the host ended it, if it
/// did.
#[cold]
pub(crate) fn trap(
    caught: &mut TryCatch<'_, HandleScope<'_, ()>>,
    context: Local<'_, Context>,
    ending: Option<Ending>,
) -> Trap {
    match ending {
        Some(Ending::Exit(code)) => {
            return Trap::new(
                TrapKind::Exit(code),
                format!("the guest exited with code {code}"),
            );
        }
        Some(Ending::Panic(message)) => return Trap::new(TrapKind::Other, message),
        None => {}
    }
    if caught.has_terminated() {
        return Trap::new(TrapKind::Deadline, "the deadline passed");
    }
    let text = text(caught, context);
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
    let exception = caught.exception();
    let scope = &mut ContextScope::new(caught, context);
    match exception {
        Some(exception) => exception.to_rust_string_lossy(scope),
        None => "V8 gave no reason".to_owned(),
    }
}
