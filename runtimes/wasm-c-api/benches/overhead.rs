//! What the host core adds to a library behind `wasm.h`.

#[path = "../../benches/guest.rs"]
mod guest;
#[path = "../../benches/overhead.rs"]
mod shared;

use std::ffi::c_void;
use std::path::PathBuf;
use std::ptr::null_mut;

use criterion::{Criterion, criterion_group, criterion_main};
use guest::{HEADERS, wasm};
use host_core::EngineOptions;
use runtime_wasm_c_api::bare::{Api, CVec, Callback, Func, Memory, Trap, Value};
use runtime_wasm_c_api::{EngineLibrary, WasmCApiEngine, cached_libraries};
use shared::Bare;

/// What the host functions get.
struct State {
    api: &'static Api,
    headers: Vec<(String, String)>,
    memory: *mut Memory,
    allocator: *mut Func,
}

/// An instance of the guest under the least host that can serve it. Lives as long as the
/// process.
struct BareCApi {
    api: &'static Api,
    request_headers: *mut Func,
    request_trailers: *mut Func,
    response_trailers: *mut Func,
}

impl BareCApi {
    fn new(library: &'static EngineLibrary) -> Self {
        let opened = library.open().expect("it opens");
        let api = &opened.api;
        // SAFETY: all objects are made here and never deleted; the types are those of the
        // guest's imports and exports.
        unsafe {
            let state = Box::into_raw(Box::new(State {
                api,
                headers: HEADERS
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .into(),
                memory: null_mut(),
                allocator: null_mut(),
            }));
            let store = (api.store_new)(opened.engine());
            let wasm = wasm();
            let mut bytes = CVec::empty();
            (api.byte_vec_new)(&mut bytes, wasm.len(), wasm.as_ptr());
            let module = (api.module_new)(store, &bytes);
            let vector = |count: usize| {
                let types: Vec<_> = (0..count).map(|_| (api.valtype_new)(0)).collect();
                let mut vector = CVec::empty();
                (api.valtype_vec_new)(&mut vector, types.len(), types.as_ptr());
                vector
            };
            let function = |parameters: usize, code: Callback| {
                let ty = (api.functype_new)(&mut vector(parameters), &mut vector(1));
                let function = (api.func_new_with_env)(store, ty, code, state.cast(), None);
                (api.func_as_extern)(function)
            };
            let mut imports = [function(1, log_level), function(5, header_value)];
            let imports = CVec::lent(&mut imports, 2);
            let mut trap = null_mut();
            let instance = (api.instance_new)(store, module, &imports, &mut trap);
            assert!(!instance.is_null() && trap.is_null());
            let (mut types, mut externs) = (CVec::empty(), CVec::empty());
            (api.module_exports)(module, &mut types);
            (api.instance_exports)(instance, &mut externs);
            let find = |name: &str| {
                let at = types.as_slice().iter().position(|ty| {
                    (*(api.exporttype_name)((*ty).cast_const())).as_slice() == name.as_bytes()
                });
                externs.as_slice()[at.expect("an export")]
            };
            (*state).memory = (api.extern_as_memory)(find("memory"));
            (*state).allocator = (api.extern_as_func)(find("proxy_on_memory_allocate"));
            Self {
                api,
                request_headers: (api.extern_as_func)(find("proxy_on_request_headers")),
                request_trailers: (api.extern_as_func)(find("proxy_on_request_trailers")),
                response_trailers: (api.extern_as_func)(find("proxy_on_response_trailers")),
            }
        }
    }

    fn call<const N: usize>(&self, function: *mut Func, arguments: [u32; N]) {
        let mut arguments = arguments.map(Value::i32);
        let mut result = [Value::i32(0)];
        let arguments = CVec::lent(&mut arguments, N);
        let mut results = CVec::lent(&mut result, 1);
        // SAFETY: alive; the guest's own function with arguments of its type.
        let trap = unsafe { (self.api.func_call)(function, &arguments, &mut results) };
        assert!(trap.is_null());
    }
}

impl Bare for BareCApi {
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

/// The guest's memory.
///
/// # Safety
/// The guest must wait in a host call.
unsafe fn memory<'a>(state: *mut State) -> &'a mut [u8] {
    // SAFETY: the caller's promise.
    unsafe {
        let State { api, memory, .. } = *state;
        std::slice::from_raw_parts_mut((api.memory_data)(memory), (api.memory_data_size)(memory))
    }
}

unsafe extern "C" fn log_level(
    state: *mut c_void,
    arguments: *const CVec<Value>,
    results: *mut CVec<Value>,
) -> *mut Trap {
    // SAFETY: called by the guest with one argument and room for one result.
    unsafe {
        let address = (*(*arguments).data).of as u32 as usize;
        let place = memory(state.cast()).get_mut(address..address + 4);
        let status = match place {
            Some(place) => {
                place.copy_from_slice(&2_u32.to_le_bytes());
                0
            }
            None => 6,
        };
        *(*results).data = Value::i32(status);
    }
    null_mut()
}

unsafe extern "C" fn header_value(
    state: *mut c_void,
    arguments: *const CVec<Value>,
    results: *mut CVec<Value>,
) -> *mut Trap {
    // SAFETY: called by the guest with five arguments and room for one result.
    unsafe {
        let first = (*arguments).data;
        let arguments: [u32; 5] = std::array::from_fn(|at| (*first.add(at)).of as u32);
        *(*results).data = Value::i32(find_value(state.cast(), arguments));
    }
    null_mut()
}

/// # Safety
/// The guest must wait in a host call.
unsafe fn find_value(
    state: *mut State,
    [map, key, key_size, return_data, return_size]: [u32; 5],
) -> u32 {
    if map != 0 {
        return 2;
    }
    // SAFETY: the caller's promise.
    unsafe {
        let Some(key) = memory(state).get(key as usize..key as usize + key_size as usize) else {
            return 6;
        };
        let headers = &(*state).headers;
        let found = headers.iter().find(|(name, _)| name.as_bytes() == key);
        let Some((_, value)) = found else { return 1 };
        let State { api, allocator, .. } = *state;
        let (mut size, mut address) = ([Value::i32(value.len() as u32)], [Value::i32(0)]);
        let mut results = CVec::lent(&mut address, 1);
        let trap = (api.func_call)(allocator, &CVec::lent(&mut size, 1), &mut results);
        if !trap.is_null() {
            return 10;
        }
        let address = address[0].of as u32;
        let memory = memory(state);
        let Some(place) = memory.get_mut(address as usize..address as usize + value.len()) else {
            return 6;
        };
        place.copy_from_slice(value.as_bytes());
        for (place, number) in [(return_data, address), (return_size, value.len() as u32)] {
            let Some(place) = memory.get_mut(place as usize..place as usize + 4) else {
                return 6;
            };
            place.copy_from_slice(&number.to_le_bytes());
        }
        0
    }
}

fn libraries(criterion: &mut Criterion) {
    let named = std::env::var_os("PWBENCH_ENGINE_LIBS").unwrap_or_default();
    let named = std::env::split_paths(&named).filter(|path| !path.as_os_str().is_empty());
    let libraries: Vec<PathBuf> = named.chain(cached_libraries()).collect();
    if libraries.is_empty() {
        println!("skipped: wasm-c-api: no library is known; run scripts/engines/wasm-c-api");
    }
    for path in libraries {
        let library = Box::leak(Box::new(EngineLibrary::new(path)));
        let engine = WasmCApiEngine::open(library, EngineOptions::default()).expect("available");
        shared::mode(criterion, &engine, &mut BareCApi::new(library));
    }
}

criterion_group!(benches, libraries);
criterion_main!(benches);
