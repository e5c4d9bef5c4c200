//! The guest under the least host that can serve it, written against the v8 crate: one
//! isolate that stays entered, one context, scopes where they are needed and nothing else.

use v8::{
    Context, ContextOptions, ContextScope, CreateParams, External, Function,
    FunctionCallbackArguments, HandleScope, Isolate, Local, Object, ReturnValue, String, Value,
    WasmMemoryObject, WasmModuleObject,
};

use crate::guest::{HEADERS, wasm};
use crate::shared::Bare;

/// What a host call finds.
struct State<'s> {
    headers: Vec<(std::string::String, std::string::String)>,
    memory: Option<Local<'s, WasmMemoryObject>>,
    allocator: Option<Local<'s, Function>>,
}

/// The guest's callbacks in an open scope.
pub(crate) struct BareV8<'a, 's> {
    scope: &'a mut HandleScope<'s>,
    request_headers: Local<'s, Function>,
    request_trailers: Local<'s, Function>,
    response_trailers: Local<'s, Function>,
}

/// Runs `body` with the guest.
pub(crate) fn with(body: impl FnOnce(&mut BareV8<'_, '_>)) {
    let isolate = &mut Isolate::new(CreateParams::default());
    let scope = &mut HandleScope::new(isolate);
    let context = Context::new(scope, ContextOptions::default());
    let scope = &mut ContextScope::new(scope, context);
    let headers = HEADERS.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let state = Box::into_raw(Box::new(State {
        headers: headers.into(),
        memory: None,
        allocator: None,
    }));
    let data: Local<'_, Value> = External::new(scope, state.cast()).into();
    let env = Object::new(scope);
    let function = Function::builder(log_level).data(data).build(scope);
    set(
        scope,
        env,
        "proxy_get_log_level",
        function.expect("a function"),
    );
    let function = Function::builder(header_value).data(data).build(scope);
    set(
        scope,
        env,
        "proxy_get_header_map_value",
        function.expect("a function"),
    );
    let imports = Object::new(scope);
    let name = String::new(scope, "env").expect("a name");
    imports.set(scope, name.into(), env.into());

    let module = WasmModuleObject::compile(scope, &wasm()).expect("compiles");
    let global = context.global(scope);
    let namespace: Local<'_, Object> = get(scope, global, "WebAssembly").cast();
    let constructor: Local<'_, Function> = get(scope, namespace, "Instance").cast();
    let instance = constructor
        .new_instance(scope, &[module.into(), imports.into()])
        .expect("instantiates");
    let exports: Local<'_, Object> = get(scope, instance, "exports").cast();
    // SAFETY: the host calls, which use it too, do not run now.
    unsafe {
        (*state).memory = Some(get(scope, exports, "memory").cast());
        (*state).allocator = Some(get(scope, exports, "proxy_on_memory_allocate").cast());
    }
    body(&mut BareV8 {
        request_headers: get(scope, exports, "proxy_on_request_headers").cast(),
        request_trailers: get(scope, exports, "proxy_on_request_trailers").cast(),
        response_trailers: get(scope, exports, "proxy_on_response_trailers").cast(),
        scope,
    });
    // SAFETY: made above; no guest runs any more.
    drop(unsafe { Box::from_raw(state) });
}

fn set(
    scope: &mut HandleScope<'_>,
    object: Local<'_, Object>,
    name: &str,
    to: Local<'_, Function>,
) {
    let name = String::new(scope, name).expect("a name");
    object.set(scope, name.into(), to.into());
}

fn get<'s>(scope: &mut HandleScope<'s>, object: Local<'_, Object>, name: &str) -> Local<'s, Value> {
    let name = String::new(scope, name).expect("a name");
    object.get(scope, name.into()).expect("a property")
}

impl BareV8<'_, '_> {
    fn call(scope: &mut HandleScope<'_>, function: Local<'_, Function>, arguments: &[i32]) {
        let scope = &mut HandleScope::new(scope);
        let nothing = v8::undefined(scope).into();
        let mut values = [nothing; 3];
        for (value, argument) in values.iter_mut().zip(arguments) {
            *value = v8::Integer::new(scope, *argument).into();
        }
        let answer = function.call(scope, nothing, &values[..arguments.len()]);
        assert_eq!(number(answer.expect("no trap")), 0);
    }
}

impl Bare for BareV8<'_, '_> {
    fn callback(&mut self) {
        Self::call(self.scope, self.request_headers, &[2, 16, 0]);
    }

    fn host_calls(&mut self) {
        Self::call(self.scope, self.request_trailers, &[2, 0]);
    }

    fn headers(&mut self) {
        Self::call(self.scope, self.response_trailers, &[2, 0]);
    }
}

/// The number of an `i32`.
fn number(value: Local<'_, Value>) -> i32 {
    // SAFETY: WebAssembly's `i32`s are integers of that size.
    unsafe { Local::<v8::Int32>::cast_unchecked(value) }.value()
}

fn state<'a>(arguments: &FunctionCallbackArguments<'_>) -> &'a mut State<'a> {
    // SAFETY: `with` gave every callback an external with the state, which outlives the
    // guest; no other reference to it lives while a host call runs.
    unsafe {
        let data = Local::<External>::cast_unchecked(arguments.data());
        &mut *data.value().cast()
    }
}

/// The guest's memory.
fn memory<'a>(state: &State<'_>) -> &'a mut [u8] {
    let object = state.memory.expect("a memory");
    let buffer = object.buffer();
    let base = buffer.data().expect("not empty");
    // SAFETY: V8 owns as many bytes there, and nobody else has them while a host call runs.
    unsafe { std::slice::from_raw_parts_mut(base.as_ptr().cast(), buffer.byte_length()) }
}

fn log_level(
    _: &mut HandleScope<'_>,
    arguments: FunctionCallbackArguments<'_>,
    mut answer: ReturnValue<'_>,
) {
    let address = number(arguments.get(0)) as u32 as usize;
    match memory(state(&arguments)).get_mut(address..address + 4) {
        Some(place) => {
            place.copy_from_slice(&2_u32.to_le_bytes());
            answer.set_int32(0);
        }
        None => answer.set_int32(6),
    }
}

fn header_value(
    scope: &mut HandleScope<'_>,
    arguments: FunctionCallbackArguments<'_>,
    mut answer: ReturnValue<'_>,
) {
    let argument = |at| number(arguments.get(at)) as u32 as usize;
    let [map, key, key_size, return_data, return_size] = [0, 1, 2, 3, 4].map(argument);
    if map != 0 {
        return answer.set_int32(2);
    }
    let state = state(&arguments);
    let Some(key) = memory(state).get(key..key + key_size) else {
        return answer.set_int32(6);
    };
    let found = state
        .headers
        .iter()
        .find(|(name, _)| name.as_bytes() == key);
    let Some((_, value)) = found else {
        return answer.set_int32(1);
    };
    let nothing = v8::undefined(scope).into();
    let size = v8::Integer::new(scope, value.len() as i32).into();
    let allocator = state.allocator.expect("an allocator");
    let Some(address) = allocator.call(scope, nothing, &[size]) else {
        return;
    };
    let address = number(address) as u32 as usize;
    let memory = memory(state);
    let Some(place) = memory.get_mut(address..address + value.len()) else {
        return answer.set_int32(6);
    };
    place.copy_from_slice(value.as_bytes());
    for (place, number) in [(return_data, address), (return_size, value.len())] {
        let Some(place) = memory.get_mut(place..place + 4) else {
            return answer.set_int32(6);
        };
        place.copy_from_slice(&(number as u32).to_le_bytes());
    }
    answer.set_int32(0);
}
