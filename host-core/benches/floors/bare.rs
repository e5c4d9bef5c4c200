//! The floor: what a person would write against bare wasmtime.

use wasmtime::{Caller, Config, Engine, Linker, Memory, Module, Store, TypedFunc};

struct State {
    headers: Vec<(String, String)>,
    memory: Option<Memory>,
    allocate: Option<TypedFunc<u32, u32>>,
}

pub(crate) struct Bare {
    store: Store<State>,
    tick: TypedFunc<u32, ()>,
    create: TypedFunc<(u32, u32), ()>,
    done: TypedFunc<u32, u32>,
    log: TypedFunc<u32, ()>,
    delete: TypedFunc<u32, ()>,
    request_headers: TypedFunc<(u32, u32, u32), u32>,
}

impl Bare {
    pub(crate) fn new() -> Self {
        let engine = Engine::new(&Config::new()).expect("the default configuration works");
        let module = Module::new(&engine, crate::guest()).expect("the guest compiles");
        let mut linker = Linker::new(&engine);
        linker
            .func_wrap("env", "proxy_get_header_map_value", get)
            .expect("one function");
        let state = State {
            headers: crate::headers(),
            memory: None,
            allocate: None,
        };
        let mut store = Store::new(&engine, state);
        let instance = linker
            .instantiate(&mut store, &module)
            .expect("the guest instantiates");
        let memory = instance.get_memory(&mut store, "memory");
        let allocate = instance.get_typed_func(&mut store, "proxy_on_memory_allocate");
        store.data_mut().memory = memory;
        store.data_mut().allocate = allocate.ok();
        macro_rules! export {
            ($name:literal) => {
                instance
                    .get_typed_func(&mut store, $name)
                    .expect("the guest exports it")
            };
        }
        Self {
            tick: export!("proxy_on_tick"),
            create: export!("proxy_on_context_create"),
            done: export!("proxy_on_done"),
            log: export!("proxy_on_log"),
            delete: export!("proxy_on_delete"),
            request_headers: export!("proxy_on_request_headers"),
            store,
        }
    }

    pub(crate) fn tick(&mut self) {
        self.tick.call(&mut self.store, 1).expect("no trap");
    }

    pub(crate) fn cycle(&mut self) {
        self.create.call(&mut self.store, (2, 1)).expect("no trap");
        assert_eq!(self.done.call(&mut self.store, 2).expect("no trap"), 1);
        self.log.call(&mut self.store, 2).expect("no trap");
        self.delete.call(&mut self.store, 2).expect("no trap");
    }

    pub(crate) fn look_up(&mut self) {
        let failed = self
            .request_headers
            .call(&mut self.store, (2, 16, 1))
            .expect("no trap");
        assert_eq!(failed, 0);
    }
}

fn get(
    mut caller: Caller<'_, State>,
    map: u32,
    key: u32,
    key_size: u32,
    return_data: u32,
    return_size: u32,
) -> Result<u32, wasmtime::Error> {
    let Some(memory) = caller.data().memory else {
        return Ok(6);
    };
    let (bytes, state) = memory.data_and_store_mut(&mut caller);
    let Some(key) = bytes.get(key as usize..key as usize + key_size as usize) else {
        return Ok(6);
    };
    if map != 0 {
        return Ok(2);
    }
    let same = |name: &str| name.as_bytes().eq_ignore_ascii_case(key);
    let Some(index) = state.headers.iter().position(|(name, _)| same(name)) else {
        return Ok(1);
    };
    let size = state.headers[index].1.len();
    let Some(allocate) = state.allocate.take() else {
        return Ok(10);
    };
    let address = allocate.call(&mut caller, size as u32)?;
    let (bytes, state) = memory.data_and_store_mut(&mut caller);
    state.allocate = Some(allocate);
    let (start, end) = (address as usize, address as usize + size);
    let Some(place) = bytes.get_mut(start..end) else {
        return Ok(6);
    };
    place.copy_from_slice(state.headers[index].1.as_bytes());
    for (at, value) in [(return_data, address), (return_size, size as u32)] {
        let Some(place) = bytes.get_mut(at as usize..at as usize + 4) else {
            return Ok(6);
        };
        place.copy_from_slice(&value.to_le_bytes());
    }
    Ok(0)
}
