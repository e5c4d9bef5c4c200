//! What the host core adds to wasmi in each of its modes.

#[path = "../../benches/guest.rs"]
mod guest;
#[path = "../../benches/overhead.rs"]
mod shared;

use criterion::{Criterion, criterion_group, criterion_main};
use guest::{HEADERS, wasm};
use host_core::EngineOptions;
use runtime_wasmi::{Mode, WasmiEngine};
use shared::Bare;
use wasmi::TypedFunc;
use wasmi::{Caller, CompilationMode, Config, Engine, Error, Linker, Memory, Module, Store};

/// What the store carries.
struct State {
    headers: Vec<(String, String)>,
    memory: Option<Memory>,
    allocator: Option<TypedFunc<u32, u32>>,
}

/// An instance of the guest under the least host that can serve it.
struct BareWasmi {
    store: Store<State>,
    request_headers: TypedFunc<(u32, u32, u32), u32>,
    request_trailers: TypedFunc<(u32, u32), u32>,
    response_trailers: TypedFunc<(u32, u32), u32>,
}

impl BareWasmi {
    fn new(mode: CompilationMode) -> Result<Self, Error> {
        let engine = Engine::new(Config::default().compilation_mode(mode));
        let module = Module::new(&engine, wasm())?;
        let mut linker = Linker::new(&engine);
        linker.func_wrap("env", "proxy_get_log_level", log_level)?;
        linker.func_wrap("env", "proxy_get_header_map_value", header_value)?;
        let headers = HEADERS.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let state = State {
            headers: headers.into(),
            memory: None,
            allocator: None,
        };
        let mut store = Store::new(&engine, state);
        let instance = linker.instantiate_and_start(&mut store, &module)?;
        let allocator = instance.get_typed_func(&store, "proxy_on_memory_allocate")?;
        store.data_mut().memory = instance.get_memory(&store, "memory");
        store.data_mut().allocator = Some(allocator);
        Ok(Self {
            request_headers: instance.get_typed_func(&store, "proxy_on_request_headers")?,
            request_trailers: instance.get_typed_func(&store, "proxy_on_request_trailers")?,
            response_trailers: instance.get_typed_func(&store, "proxy_on_response_trailers")?,
            store,
        })
    }
}

impl Bare for BareWasmi {
    fn callback(&mut self) {
        self.request_headers
            .call(&mut self.store, (2, 16, 0))
            .expect("no trap");
    }

    fn host_calls(&mut self) {
        self.request_trailers
            .call(&mut self.store, (2, 0))
            .expect("no trap");
    }

    fn headers(&mut self) {
        self.response_trailers
            .call(&mut self.store, (2, 0))
            .expect("no trap");
    }
}

fn log_level(mut caller: Caller<'_, State>, address: u32) -> u32 {
    let Some(memory) = caller.data().memory else {
        return 10;
    };
    let place = memory
        .data_mut(&mut caller)
        .get_mut(address as usize..address as usize + 4);
    let Some(place) = place else { return 6 };
    place.copy_from_slice(&2_u32.to_le_bytes());
    0
}

fn header_value(
    mut caller: Caller<'_, State>,
    map: u32,
    key: u32,
    key_size: u32,
    return_data: u32,
    return_size: u32,
) -> Result<u32, Error> {
    let Some(memory) = caller.data().memory.filter(|_| map == 0) else {
        return Ok(2);
    };
    let (bytes, state) = memory.data_and_store_mut(&mut caller);
    let Some(key) = bytes.get(key as usize..key as usize + key_size as usize) else {
        return Ok(6);
    };
    let found = state
        .headers
        .iter()
        .position(|(name, _)| name.as_bytes() == key);
    let Some(found) = found else { return Ok(1) };
    let size = state.headers[found].1.len();
    let Some(allocator) = state.allocator else {
        return Ok(10);
    };
    let address = allocator.call(&mut caller, size as u32)?;
    let (bytes, state) = memory.data_and_store_mut(&mut caller);
    let Some(place) = bytes.get_mut(address as usize..address as usize + size) else {
        return Ok(6);
    };
    place.copy_from_slice(state.headers[found].1.as_bytes());
    for (place, value) in [(return_data, address), (return_size, size as u32)] {
        let Some(place) = bytes.get_mut(place as usize..place as usize + 4) else {
            return Ok(6);
        };
        place.copy_from_slice(&value.to_le_bytes());
    }
    Ok(0)
}

fn modes(criterion: &mut Criterion) {
    for (mode, compilation) in [
        (Mode::Eager, CompilationMode::Eager),
        (Mode::Lazy, CompilationMode::LazyTranslation),
    ] {
        let engine = WasmiEngine::open(mode, EngineOptions::default()).expect("available");
        let mut bare = BareWasmi::new(compilation).expect("runs");
        shared::mode(criterion, &engine, &mut bare);
    }
}

criterion_group!(benches, modes);
criterion_main!(benches);
