//! What the host core adds to wasmer with each of its compilers.

#[path = "../../benches/guest.rs"]
mod guest;
#[path = "../../benches/overhead.rs"]
mod shared;

use std::error::Error;

use criterion::{Criterion, criterion_group, criterion_main};
use guest::{HEADERS, wasm};
use host_core::EngineOptions;
use runtime_wasmer::{Compiler, Mode, WasmerEngine};
use shared::Bare;
use wasmer::sys::{Cranelift, Singlepass};
use wasmer::{Engine, Function, FunctionEnv, FunctionEnvMut, Instance, Memory, Module};
use wasmer::{RuntimeError, Store, TypedFunction, imports};

/// What the store carries.
struct State {
    headers: Vec<(String, String)>,
    memory: Option<Memory>,
    allocator: Option<TypedFunction<u32, u32>>,
}

/// An instance of the guest under the least host that can serve it.
struct BareWasmer {
    store: Store,
    request_headers: TypedFunction<(u32, u32, u32), u32>,
    request_trailers: TypedFunction<(u32, u32), u32>,
    response_trailers: TypedFunction<(u32, u32), u32>,
}

impl BareWasmer {
    fn new(engine: Engine) -> Result<Self, Box<dyn Error>> {
        let mut store = Store::new(engine);
        let module = Module::from_binary(&store, &wasm())?;
        let headers = HEADERS.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let state = State {
            headers: headers.into(),
            memory: None,
            allocator: None,
        };
        let env = FunctionEnv::new(&mut store, state);
        let imports = imports! {
            "env" => {
                "proxy_get_log_level" =>
                    Function::new_typed_with_env(&mut store, &env, log_level),
                "proxy_get_header_map_value" =>
                    Function::new_typed_with_env(&mut store, &env, header_value),
            },
        };
        let instance = Instance::new(&mut store, &module, &imports)?;
        let exports = &instance.exports;
        let allocator = exports.get_typed_function(&store, "proxy_on_memory_allocate")?;
        let state = env.as_mut(&mut store);
        state.memory = Some(exports.get_memory("memory")?.clone());
        state.allocator = Some(allocator);
        Ok(Self {
            request_headers: exports.get_typed_function(&store, "proxy_on_request_headers")?,
            request_trailers: exports.get_typed_function(&store, "proxy_on_request_trailers")?,
            response_trailers: exports.get_typed_function(&store, "proxy_on_response_trailers")?,
            store,
        })
    }
}

impl Bare for BareWasmer {
    fn callback(&mut self) {
        self.request_headers
            .call(&mut self.store, 2, 16, 0)
            .expect("no trap");
    }

    fn host_calls(&mut self) {
        self.request_trailers
            .call(&mut self.store, 2, 0)
            .expect("no trap");
    }

    fn headers(&mut self) {
        self.response_trailers
            .call(&mut self.store, 2, 0)
            .expect("no trap");
    }
}

fn log_level(mut env: FunctionEnvMut<'_, State>, address: u32) -> u32 {
    let (state, store) = env.data_and_store_mut();
    let Some(memory) = &state.memory else {
        return 10;
    };
    let written = memory
        .view(&store)
        .write(address.into(), &2_u32.to_le_bytes());
    if written.is_ok() { 0 } else { 6 }
}

fn header_value(
    mut env: FunctionEnvMut<'_, State>,
    map: u32,
    key: u32,
    key_size: u32,
    return_data: u32,
    return_size: u32,
) -> Result<u32, RuntimeError> {
    let (state, store) = env.data_and_store_mut();
    let Some(memory) = state.memory.as_ref().filter(|_| map == 0) else {
        return Ok(2);
    };
    let mut name = [0; 64];
    let Some(name) = name.get_mut(..key_size as usize) else {
        return Ok(2);
    };
    if memory.view(&store).read(key.into(), name).is_err() {
        return Ok(6);
    }
    let found = state
        .headers
        .iter()
        .position(|(header, _)| header.as_bytes() == name);
    let Some(found) = found else { return Ok(1) };
    let size = state.headers[found].1.len() as u32;
    let Some(allocator) = state.allocator.take() else {
        return Ok(10);
    };
    let address = allocator.call(&mut env, size)?;
    let (state, store) = env.data_and_store_mut();
    state.allocator = Some(allocator);
    let Some(memory) = &state.memory else {
        return Ok(10);
    };
    let view = memory.view(&store);
    let written = view
        .write(address.into(), state.headers[found].1.as_bytes())
        .and_then(|()| view.write(return_data.into(), &address.to_le_bytes()))
        .and_then(|()| view.write(return_size.into(), &size.to_le_bytes()));
    Ok(if written.is_ok() { 0 } else { 6 })
}

fn modes(criterion: &mut Criterion) {
    let compilers: Vec<(Compiler, Engine)> = vec![
        (Compiler::Cranelift, Cranelift::new().into()),
        (Compiler::Singlepass, Singlepass::new().into()),
        #[cfg(feature = "llvm")]
        (Compiler::Llvm, wasmer::sys::LLVM::new().into()),
    ];
    for (compiler, engine) in compilers {
        let mut bare = BareWasmer::new(engine).expect("runs");
        let mode = Mode {
            compiler,
            aot: false,
        };
        let engine = WasmerEngine::open(mode, EngineOptions::default()).expect("available");
        shared::mode(criterion, &engine, &mut bare);
    }
}

criterion_group!(benches, modes);
criterion_main!(benches);
