//! What the host core adds to tinywasm.

#[path = "../../benches/guest.rs"]
mod guest;
#[path = "../../benches/overhead.rs"]
mod shared;

use std::cell::RefCell;
use std::rc::Rc;

use criterion::{Criterion, criterion_group, criterion_main};
use guest::{HEADERS, wasm};
use host_core::EngineOptions;
use runtime_tinywasm::TinywasmEngine;
use shared::Bare;
use tinywasm::{Error, FuncContext, FunctionTyped, HostFunction, Imports, Memory, ModuleInstance};
use tinywasm::{Store, parse_bytes};

/// What the host functions share.
#[derive(Default)]
struct State {
    headers: Vec<(String, String)>,
    memory: Option<Memory>,
    allocator: Option<FunctionTyped<i32, i32>>,
}

/// An instance of the guest under the least host that can serve it.
struct BareTinywasm {
    store: Store,
    request_headers: FunctionTyped<(i32, i32, i32), i32>,
    request_trailers: FunctionTyped<(i32, i32), i32>,
    response_trailers: FunctionTyped<(i32, i32), i32>,
}

impl BareTinywasm {
    fn new() -> Result<Self, Error> {
        let module = parse_bytes(&wasm())?;
        let mut store = Store::default();
        let headers = HEADERS.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let state = Rc::new(RefCell::new(State {
            headers: headers.into(),
            ..State::default()
        }));
        let mut imports = Imports::new();
        let shared = Rc::clone(&state);
        let log_level = HostFunction::from(&mut store, move |context, address: i32| {
            log_level(context, &shared, address)
        });
        imports.define("env", "proxy_get_log_level", log_level);
        let shared = Rc::clone(&state);
        let header_value = HostFunction::from(
            &mut store,
            move |context, arguments: (i32, i32, i32, i32, i32)| {
                header_value(context, &shared, arguments)
            },
        );
        imports.define("env", "proxy_get_header_map_value", header_value);
        let instance = ModuleInstance::instantiate(&mut store, &module, Some(imports))?;
        let allocator = instance.func(&store, "proxy_on_memory_allocate")?;
        state.borrow_mut().memory = Some(instance.memory("memory")?);
        state.borrow_mut().allocator = Some(allocator);
        Ok(Self {
            request_headers: instance.func(&store, "proxy_on_request_headers")?,
            request_trailers: instance.func(&store, "proxy_on_request_trailers")?,
            response_trailers: instance.func(&store, "proxy_on_response_trailers")?,
            store,
        })
    }
}

impl Bare for BareTinywasm {
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

fn log_level(
    mut context: FuncContext<'_>,
    state: &RefCell<State>,
    address: i32,
) -> Result<i32, Error> {
    let Some(memory) = state.borrow().memory else {
        return Ok(10);
    };
    let store = context.store_mut();
    let written = memory.copy_from_slice(store, address as usize, &2_u32.to_le_bytes());
    Ok(if written.is_ok() { 0 } else { 6 })
}

fn header_value(
    mut context: FuncContext<'_>,
    state: &RefCell<State>,
    (map, key, key_size, return_data, return_size): (i32, i32, i32, i32, i32),
) -> Result<i32, Error> {
    let state = state.borrow();
    let Some(memory) = state.memory.filter(|_| map == 0) else {
        return Ok(2);
    };
    let mut name = [0; 64];
    let Some(name) = name.get_mut(..key_size as usize) else {
        return Ok(2);
    };
    if memory
        .read_exact(context.store(), key as usize, name)
        .is_err()
    {
        return Ok(6);
    }
    let found = state
        .headers
        .iter()
        .find(|(header, _)| header.as_bytes() == name);
    let (Some((_, value)), Some(allocator)) = (found, &state.allocator) else {
        return Ok(1);
    };
    let size = value.len() as i32;
    let address = context.call(allocator, size)?;
    let store = context.store_mut();
    memory.copy_from_slice(store, address as usize, value.as_bytes())?;
    memory.copy_from_slice(store, return_data as usize, &address.to_le_bytes())?;
    memory.copy_from_slice(store, return_size as usize, &size.to_le_bytes())?;
    Ok(0)
}

fn modes(criterion: &mut Criterion) {
    let engine = TinywasmEngine::open(EngineOptions::default());
    let mut bare = BareTinywasm::new().expect("runs");
    shared::mode(criterion, &engine, &mut bare);
}

criterion_group!(benches, modes);
criterion_main!(benches);
