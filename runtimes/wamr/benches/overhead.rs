//! What the host core adds to WAMR in each of its modes.
#![allow(dead_code)] // Of the crate's own modules, which are compiled in once more.

#[path = "../src/api.rs"]
mod api;
mod bare;
#[path = "../src/cache.rs"]
mod cache;
#[path = "../src/error.rs"]
mod error;
#[path = "../../benches/guest.rs"]
mod guest;
#[path = "../src/layout.rs"]
mod layout;
#[path = "../../benches/overhead.rs"]
mod shared;

use std::sync::Arc;

use api::Api;
use bare::BareWamr;
use criterion::{Criterion, criterion_group, criterion_main};
use host_core::{Engine, EngineOptions};
use runtime_wamr::{Mode, WamrEngine};

/// The guest, importing from `bare`: the names in `env` are the host core's.
fn wasm() -> Vec<u8> {
    let text = include_str!("../../benches/guest.wat").replace("\"env\"", "\"bare\"");
    wat::parse_str(text).expect("the guest is valid")
}

/// The C functions of the library that `mode` uses, which an engine has initialised.
fn functions(mode: Mode) -> Option<Api> {
    let name = match mode {
        Mode::FastInterp | Mode::Aot => return linked(),
        Mode::ClassicInterp => "classic",
        Mode::LlvmJit => "llvm-jit",
        Mode::FastJit => "fast-jit",
    };
    let library = cache::open(name).expect("an engine opened it");
    // SAFETY: the library of the script, which stays open.
    Some(unsafe { Api::of(library) }.expect("an engine found all functions"))
}

#[cfg(wamr_linked)]
fn linked() -> Option<Api> {
    Some(Api::linked())
}

#[cfg(not(wamr_linked))]
fn linked() -> Option<Api> {
    None
}

/// What WAMR loads in `mode`.
fn module(mode: Mode, engine: &dyn Engine) -> Vec<u8> {
    if mode != Mode::Aot {
        return wasm();
    }
    let facts = Arc::new(engine.inspect(&guest::wasm()).expect("facts"));
    let module = engine.compile(&wasm(), &facts).expect("compiles");
    let sealed = module.serialize().expect("an artifact");
    let magic = b"\0aot";
    let begin = sealed.windows(magic.len()).position(|bytes| bytes == magic);
    sealed[begin.expect("WAMR's own bytes")..].to_vec()
}

fn modes(criterion: &mut Criterion) {
    for mode in Mode::ALL {
        if let Some((reason, remedy)) = mode.missing_here() {
            eprintln!("skipped: wamr/{}: {reason}; {remedy}", mode.name());
            continue;
        }
        let engine = WamrEngine::open(mode, EngineOptions::default()).expect("available");
        let functions = functions(mode).expect("available");
        // SAFETY: of the library that the engine initialised.
        let mut bare = unsafe { BareWamr::new(functions, module(mode, &engine)) };
        shared::mode(criterion, &engine, &mut bare);
    }
}

criterion_group!(benches, modes);
criterion_main!(benches);
