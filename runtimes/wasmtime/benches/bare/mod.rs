//! The same work hand-written against bare wasmtime.

use wasmtime::{Caller, Config, Engine, Linker, Memory, Module, OptLevel, Store, Strategy};
use wasmtime::{Result, TypedFunc};

use crate::guest::{HEADERS, wasm};

/// What the store carries.
struct State {
    headers: Vec<(String, String)>,
    memory: Option<Memory>,
    allocator: Option<TypedFunc<u32, u32>>,
}

/// An instance of the guest under the least host that can serve it.
pub(crate) struct BareWasmtime {
    store: Store<State>,
    request_headers: TypedFunc<(u32, u32, u32), u32>,
    request_trailers: TypedFunc<(u32, u32), u32>,
    response_trailers: TypedFunc<(u32, u32), u32>,
}

impl BareWasmtime {
    pub(crate) fn new(strategy: Strategy, target: Option<&str>) -> Result<Self> {
        let mut config = Config::new();
        config
            .strategy(strategy)
            .cranelift_opt_level(OptLevel::Speed);
        if let Some(target) = target {
            config.target(target)?;
        }
        let engine = Engine::new(&config)?;
        let module = Module::from_binary(&engine, &wasm())?;
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
        let instance = linker.instantiate(&mut store, &module)?;
        let allocator = instance.get_typed_func(&mut store, "proxy_on_memory_allocate")?;
        store.data_mut().memory = instance.get_memory(&mut store, "memory");
        store.data_mut().allocator = Some(allocator);
        Ok(Self {
            request_headers: instance.get_typed_func(&mut store, "proxy_on_request_headers")?,
            request_trailers: instance.get_typed_func(&mut store, "proxy_on_request_trailers")?,
            response_trailers: instance.get_typed_func(&mut store, "proxy_on_response_trailers")?,
            store,
        })
    }

    #[inline]
    pub(crate) fn callback(&mut self) -> u32 {
        self.request_headers
            .call(&mut self.store, (2, 16, 0))
            .expect("no trap")
    }

    #[inline]
    pub(crate) fn host_calls(&mut self) -> u32 {
        self.request_trailers
            .call(&mut self.store, (2, 0))
            .expect("no trap")
    }

    #[inline]
    pub(crate) fn headers(&mut self) -> u32 {
        self.response_trailers
            .call(&mut self.store, (2, 0))
            .expect("no trap")
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
) -> Result<u32> {
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
    let Some(allocator) = state.allocator.take() else {
        return Ok(10);
    };
    let address = allocator.call(&mut caller, size as u32)?;
    caller.data_mut().allocator = Some(allocator);
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
