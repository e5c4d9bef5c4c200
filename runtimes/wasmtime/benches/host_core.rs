//! The host core beside its floor: the same work hand-written against bare wasmtime.

mod bare;
#[path = "../../benches/guest.rs"]
mod guest;

use std::hint::black_box;
use std::sync::Arc;

use bare::BareWasmtime;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use guest::{CALLS, Running};
use host_core::abi::Callback;
use host_core::services::InProcessBuilder;
use host_core::{Engine, EngineOptions, Host, Instance, Stream};
use runtime_wasmtime::{Compiler, Mode, WasmtimeEngine};
use wasmtime::Strategy;

fn running() -> Running {
    let mode = Mode {
        compiler: Compiler::Cranelift,
        aot: false,
    };
    let engine = WasmtimeEngine::open(mode, EngineOptions::default()).expect("available");
    Running::new(&engine)
}

/// The engine crate alone, without the host core's contexts.
fn instance() -> Box<dyn Instance> {
    let mode = Mode {
        compiler: Compiler::Cranelift,
        aot: false,
    };
    let engine = WasmtimeEngine::open(mode, EngineOptions::default()).expect("available");
    let wasm = guest::wasm();
    let facts = Arc::new(engine.inspect(&wasm).expect("facts"));
    let module = engine.compile(&wasm, &facts).expect("compiles");
    let services = Arc::new(InProcessBuilder::default().build());
    let host = Host::new(services, facts.version, Arc::default());
    module.instantiate(host).expect("instantiates")
}

fn floor() -> BareWasmtime {
    BareWasmtime::new(Strategy::Cranelift, None).expect("runs")
}

fn empty_callback(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("empty callback");
    let mut floor = floor();
    group.bench_function("floor", |bencher| bencher.iter(|| floor.callback()));
    let mut instance = instance();
    group.bench_function("engine seam", |bencher| {
        bencher.iter(|| {
            let arguments = black_box([2, 16, 0, 0, 0]);
            instance
                .call(Callback::RequestHeaders, &arguments)
                .expect("no trap")
        });
    });
    let mut running = running();
    let stream = running.stream();
    group.bench_function("host core", |bencher| {
        bencher.iter(|| {
            running
                .vm
                .on_request_headers(stream, false)
                .expect("no trap")
        });
    });
}

fn host_call(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("log level, 1,000 times");
    group.throughput(Throughput::Elements(CALLS.into()));
    let mut floor = floor();
    group.bench_function("floor", |bencher| bencher.iter(|| floor.host_calls()));
    let mut running = running();
    let stream = running.stream();
    group.bench_function("host core", |bencher| {
        bencher.iter(|| running.vm.on_request_trailers(stream).expect("no trap"));
    });
}

fn header_value(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("header value of 32 bytes among 16, 1,000 times");
    group.throughput(Throughput::Elements(CALLS.into()));
    let mut floor = floor();
    group.bench_function("floor", |bencher| bencher.iter(|| floor.headers()));
    let mut running = running();
    let stream = running.stream();
    group.bench_function("host core", |bencher| {
        bencher.iter(|| running.vm.on_response_trailers(stream).expect("no trap"));
    });
}

fn context_life(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("context create to delete");
    let mut floor = floor();
    group.bench_function("floor", |bencher| {
        bencher.iter(|| floor.life().expect("no trap"))
    });
    let Running { mut vm, root } = running();
    let mut spare = Some(Box::<Stream>::default());
    group.bench_function("host core", |bencher| {
        bencher.iter(|| {
            let stream = spare.take().unwrap_or_default();
            let id = vm.create_stream(root, stream).map_err(|(trap, _)| trap);
            spare = vm.finish(black_box(id.expect("no trap"))).expect("no trap");
        });
    });
}

criterion_group!(
    benches,
    empty_callback,
    host_call,
    header_value,
    context_life
);
criterion_main!(benches);
