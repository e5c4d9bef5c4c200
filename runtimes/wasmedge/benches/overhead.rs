//! What the host core adds to WasmEdge in each of its modes.

#[path = "../../benches/guest.rs"]
mod guest;
#[path = "../../benches/overhead.rs"]
mod shared;

use std::ffi::c_void;
use std::ptr::null_mut;

use criterion::{Criterion, criterion_group, criterion_main};
use guest::{HEADERS, wasm};
use host_core::EngineOptions;
use runtime_wasmedge::bare::{Api, Executor, Frame, Function, Kind, Memory, Outcome, Text, Value};
use runtime_wasmedge::{Mode, WasmEdgeEngine, missing};
use shared::Bare;

/// What the host functions get.
struct State {
    api: &'static Api,
    i32: Kind,
    headers: Vec<(String, String)>,
    executor: *mut Executor,
    memory: *mut Memory,
    allocator: *mut Function,
}

/// An instance of the guest under the least host that can serve it, in a virtual machine of
/// the library's own, as its documentation shows. Lives as long as the process.
struct BareWasmEdge {
    state: *mut State,
    request_headers: *mut Function,
    request_trailers: *mut Function,
    response_trailers: *mut Function,
}

impl BareWasmEdge {
    /// `code` is the module, or what the compiler made of it.
    fn new(mode: Mode, code: &[u8]) -> Self {
        let api = runtime_wasmedge::bare::library().expect("checked before");
        // SAFETY: all objects are made here and never deleted; the types are those of the
        // guest's imports and exports.
        unsafe {
            let i32 = (api.ValTypeGenI32)();
            let state = Box::into_raw(Box::new(State {
                api,
                i32,
                headers: HEADERS
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .into(),
                executor: null_mut(),
                memory: null_mut(),
                allocator: null_mut(),
            }));
            let config = (api.ConfigureCreate)();
            if let Some(set) = api.ConfigureSetRunMode {
                set(
                    config,
                    Mode::ALL
                        .iter()
                        .position(|known| *known == mode)
                        .unwrap_or(0) as u32,
                );
            }
            let kinds = [i32; 5];
            let env = (api.ModuleInstanceCreate)(Text::new("env"));
            let level = (api.FunctionTypeCreate)(kinds.as_ptr(), 1, kinds.as_ptr(), 1);
            let level = (api.FunctionInstanceCreate)(level, log_level, state.cast(), 0);
            (api.ModuleInstanceAddFunction)(env, Text::new("proxy_get_log_level"), level);
            let value = (api.FunctionTypeCreate)(kinds.as_ptr(), 5, kinds.as_ptr(), 1);
            let value = (api.FunctionInstanceCreate)(value, header_value, state.cast(), 0);
            (api.ModuleInstanceAddFunction)(env, Text::new("proxy_get_header_map_value"), value);
            let vm = (api.VMCreate)(config, null_mut());
            let fine = |outcome: Outcome| assert!(outcome.is_success(), "{:#x}", outcome.code());
            fine((api.VMRegisterModuleFromImport)(vm, env));
            fine((api.VMLoadWasmFromBuffer)(
                vm,
                code.as_ptr(),
                code.len() as u32,
            ));
            fine((api.VMValidate)(vm));
            fine((api.VMInstantiate)(vm));
            let instance = (api.VMGetActiveModule)(vm);
            let find = |name| (api.ModuleInstanceFindFunction)(instance, Text::new(name));
            (*state).executor = (api.VMGetExecutorContext)(vm);
            (*state).memory = (api.ModuleInstanceFindMemory)(instance, Text::new("memory"));
            (*state).allocator = find("proxy_on_memory_allocate");
            Self {
                state,
                request_headers: find("proxy_on_request_headers"),
                request_trailers: find("proxy_on_request_trailers"),
                response_trailers: find("proxy_on_response_trailers"),
            }
        }
    }

    fn call<const N: usize>(&self, function: *mut Function, arguments: [u64; N]) {
        // SAFETY: alive; the guest's own function with arguments of its type.
        unsafe {
            let State {
                api, i32, executor, ..
            } = *self.state;
            let arguments = arguments.map(|number| Value::new(number, i32));
            let mut result = Value::default();
            let outcome = (api.ExecutorInvoke)(
                executor,
                function,
                arguments.as_ptr(),
                N as u32,
                &mut result,
                1,
            );
            assert!(outcome.is_success());
        }
    }
}

impl Bare for BareWasmEdge {
    fn callback(&mut self) {
        self.call(self.request_headers, [2, 16, 0]);
    }

    fn host_calls(&mut self) {
        self.call(self.request_trailers, [2, 0]);
    }

    fn headers(&mut self) {
        self.call(self.response_trailers, [2, 0]);
    }
}

/// `length` bytes of the guest's memory, if they are there.
///
/// # Safety
/// The guest must wait in a host call.
unsafe fn bytes<'a>(state: *mut State, address: u64, length: usize) -> Option<&'a mut [u8]> {
    // SAFETY: the caller's promise; the library checks the range.
    unsafe {
        let State { api, memory, .. } = *state;
        let first = (api.MemoryInstanceGetPointer)(memory, address, length as u64);
        (!first.is_null()).then(|| std::slice::from_raw_parts_mut(first, length))
    }
}

unsafe extern "C" fn log_level(
    state: *mut c_void,
    _: *const Frame,
    arguments: *const Value,
    results: *mut Value,
) -> Outcome {
    let state = state.cast::<State>();
    // SAFETY: called by the guest with one argument and room for one result.
    unsafe {
        let status = match bytes(state, (*arguments).low, 4) {
            Some(place) => {
                place.copy_from_slice(&2_u32.to_le_bytes());
                0
            }
            None => 6,
        };
        *results = Value::new(status, (*state).i32);
    }
    Outcome::SUCCESS
}

unsafe extern "C" fn header_value(
    state: *mut c_void,
    _: *const Frame,
    arguments: *const Value,
    results: *mut Value,
) -> Outcome {
    let state = state.cast::<State>();
    // SAFETY: called by the guest with five arguments and room for one result.
    unsafe {
        let arguments: [u64; 5] = std::array::from_fn(|at| (*arguments.add(at)).low);
        let status = find_value(state, arguments);
        *results = Value::new(status, (*state).i32);
    }
    Outcome::SUCCESS
}

/// # Safety
/// The guest must wait in a host call.
unsafe fn find_value(
    state: *mut State,
    [map, key, key_size, return_data, return_size]: [u64; 5],
) -> u64 {
    if map != 0 {
        return 2;
    }
    // SAFETY: the caller's promise.
    unsafe {
        let Some(key) = bytes(state, key, key_size as usize) else {
            return 6;
        };
        let headers = &(*state).headers;
        let found = headers.iter().find(|(name, _)| name.as_bytes() == key);
        let Some((_, value)) = found else { return 1 };
        let State {
            api,
            i32,
            executor,
            allocator,
            ..
        } = *state;
        let size = Value::new(value.len() as u64, i32);
        let mut address = Value::default();
        let outcome = (api.ExecutorInvoke)(executor, allocator, &size, 1, &mut address, 1);
        if !outcome.is_success() {
            return 10;
        }
        let Some(place) = bytes(state, address.low, value.len()) else {
            return 6;
        };
        place.copy_from_slice(value.as_bytes());
        for (place, number) in [
            (return_data, address.low as u32),
            (return_size, value.len() as u32),
        ] {
            let Some(place) = bytes(state, place, 4) else {
                return 6;
            };
            place.copy_from_slice(&number.to_le_bytes());
        }
        0
    }
}

fn modes(criterion: &mut Criterion) {
    for mode in Mode::ALL {
        if let Some(missing) = missing(mode) {
            println!(
                "skipped: wasmedge/{}: {}; {}",
                mode.name(),
                missing.reason,
                missing.remedy
            );
            continue;
        }
        let version = &runtime_wasmedge::bare::library()
            .expect("checked before")
            .version;
        if mode != Mode::Interpreter && !version.starts_with("0.17") {
            println!(
                "skipped: wasmedge/{}, bare: compiled code of WasmEdge {version} does not \
                 survive that a host function calls the guest",
                mode.name()
            );
            continue;
        }
        let code = match mode {
            Mode::Aot => runtime_wasmedge::bare::compile(&wasm()).expect("compiles"),
            _ => wasm(),
        };
        // The library's fault handlers come and go with each call until the engine, which
        // keeps them, is opened: the bare figure is taken as a plain embedder gets it.
        let mut bare = BareWasmEdge::new(mode, &code);
        shared::bare(criterion, &format!("wasmedge/{}", mode.name()), &mut bare);
    }
    for mode in Mode::ALL
        .into_iter()
        .filter(|mode| missing(*mode).is_none())
    {
        let engine = WasmEdgeEngine::open(mode, EngineOptions::default()).expect("available");
        shared::hosted(criterion, &engine);
    }
}

criterion_group!(benches, modes);
criterion_main!(benches);
