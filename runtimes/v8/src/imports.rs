//! The host functions as callbacks of V8, made from the host core's tables.
#![allow(unsafe_code)]

use host_core::{
    Import, contain, for_each_host_call, for_each_nn_call, for_each_wasi_call, hostcalls, nn, wasi,
};
use v8::{
    CallbackScope, ConstructorBehavior, Function, FunctionCallback, FunctionCallbackArguments,
    FunctionCallbackInfo, HandleScope, Local, Object, ReturnValue,
};

use crate::guest::{Ending, Raised, V8Guest};
use crate::{number, object, trap};

/// The import object of a module: for each import module that it names an object with the
/// functions that it names there. What the host does not provide is left out, and V8
/// refuses the module.
pub(crate) fn import_object<'s>(
    scope: &mut HandleScope<'s>,
    imports: &[Import],
) -> Option<Local<'s, Object>> {
    let root = object::empty(scope);
    for import in imports {
        let Some(callback) = callback(&import.module, &import.name) else {
            continue;
        };
        let module = match object::get(scope, root, &import.module) {
            Some(module) if module.is_object() => module.cast(),
            _ => {
                let module = object::empty(scope);
                object::set(scope, root, &import.module, module.into())?;
                module
            }
        };
        let function = Function::builder_raw(callback)
            .constructor_behavior(ConstructorBehavior::Throw)
            .build(scope)?;
        object::set(scope, module, &import.name, function.into())?;
    }
    Some(root)
}

fn callback(module: &str, name: &str) -> Option<FunctionCallback> {
    match module {
        "env" => proxy(name),
        "wasi_snapshot_preview1" | "wasi_unstable" => preview1(name),
        nn::MODULE => inference(name),
        _ => None,
    }
}

/// The arguments of a call, one after the other.
struct Arguments<'s> {
    values: FunctionCallbackArguments<'s>,
    next: i32,
}

impl<'s> Arguments<'s> {
    #[inline(always)]
    fn value(&mut self) -> Local<'s, v8::Value> {
        let value = self.values.get(self.next);
        self.next += 1;
        value
    }

    #[inline(always)]
    fn u32(&mut self) -> u32 {
        number::to_u32(self.value())
    }

    #[inline(always)]
    fn u64(&mut self) -> u64 {
        number::to_u64(self.value())
    }

    #[inline(always)]
    fn addr(&mut self) -> usize {
        self.u32() as usize
    }

    #[inline(always)]
    fn size(&mut self) -> usize {
        self.u32() as usize
    }
}

/// What a host function answers.
trait Answer {
    fn give(self, to: ReturnValue<'_>);
}

impl Answer for u32 {
    #[inline(always)]
    fn give(self, mut to: ReturnValue<'_>) {
        // As a signed number it is always a small integer.
        to.set_int32(self.cast_signed());
    }
}

impl Answer for () {
    #[inline(always)]
    fn give(self, _: ReturnValue<'_>) {}
}

/// Serves one call. A panic of the host must not unwind through V8's frames.
///
/// # Safety
/// V8 calls it with the info of a callback.
#[inline(always)]
unsafe fn serve<R: Answer>(
    info: *const FunctionCallbackInfo,
    body: impl FnOnce(&mut V8Guest<'_>, &mut Arguments<'_>) -> Result<R, Raised>,
) {
    // SAFETY: the caller vouches for it.
    let info = unsafe { &*info };
    let Some(mut guest) = V8Guest::new(info) else {
        return;
    };
    let mut arguments = Arguments {
        values: FunctionCallbackArguments::from_function_callback_info(info),
        next: 0,
    };
    match contain(|| body(&mut guest, &mut arguments)) {
        Ok(Ok(answer)) => answer.give(ReturnValue::from_function_callback_info(info)),
        Ok(Err(Raised::Pending)) => {}
        Ok(Err(Raised::Ending)) => end(info),
        Err(panic) => {
            guest.state().ending = Some(Ending::Panic(panic));
            end(info);
        }
    }
}

/// Ends the guest that called.
#[cold]
fn end(info: &FunctionCallbackInfo) {
    // SAFETY: this is a callback, and no other scope is open in it.
    let scope = &mut unsafe { CallbackScope::new(info) };
    trap::raise(scope);
}

macro_rules! callbacks {
    ($find:ident, $from:ident, $($name:ident($($argument:ident: $type:tt),*) -> $result:tt;)*) => {
        fn $find(name: &str) -> Option<FunctionCallback> {
            $(unsafe extern "C" fn $name(info: *const FunctionCallbackInfo) {
                // SAFETY: V8 calls it as the callback that it is.
                unsafe {
                    serve(info, |guest, _arguments| {
                        $from::$name(guest, $(_arguments.$type()),*)
                    });
                }
            })*
            match name {
                $(stringify!($name) => Some($name as FunctionCallback),)*
                _ => None,
            }
        }
    };
}

macro_rules! proxy_callbacks {
    ($($table:tt)*) => { callbacks! { proxy, hostcalls, $($table)* } };
}

macro_rules! wasi_callbacks {
    ($($table:tt)*) => { callbacks! { preview1, wasi, $($table)* } };
}

macro_rules! nn_callbacks {
    ($($table:tt)*) => { callbacks! { inference, nn, $($table)* } };
}

for_each_host_call!(proxy_callbacks);
for_each_nn_call!(nn_callbacks);
for_each_wasi_call!(wasi_callbacks);
