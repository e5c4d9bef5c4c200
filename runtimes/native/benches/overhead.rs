//! What the host core adds to a native guest: each bench stands beside the same work done
//! by calling the library's function directly.

use std::process::Command;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use host_core::services::InProcessBuilder;
use host_core::{Engine, EngineOptions, PluginSettings, Stream, Vm, VmSettings};
use libloading::Library;
use runtime_native::NativeEngine;

#[path = "../../benches/headers.rs"]
mod headers;
use headers::{CALLS, HEADERS};

/// Compiles the guest beside this file.
fn library() -> tempfile::NamedTempFile {
    let output = tempfile::NamedTempFile::new().expect("a file");
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc
        .args(["--edition=2024", "--crate-type=cdylib", "-O", "-o"])
        .arg(output.path());
    if cfg!(target_vendor = "apple") {
        rustc.args(["-C", "link-arg=-undefined", "-C", "link-arg=dynamic_lookup"]);
    }
    rustc.arg(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/benches/guest/twin.rs"
    ));
    assert!(rustc.status().expect("rustc runs").success());
    output
}

fn overhead(criterion: &mut Criterion) {
    let file = library();
    let bytes = std::fs::read(file.path()).expect("reads");
    let engine = NativeEngine::open(EngineOptions::default()).expect("opens");
    let facts = Arc::new(engine.inspect(&bytes).expect("facts"));
    let module = engine.compile(&bytes, &facts).expect("opens");
    let services = Arc::new(InProcessBuilder::default().build());
    let settings = Arc::new(VmSettings::default());
    let mut vm = Vm::new(&*module, &facts, services, settings).expect("starts");
    let root = vm.add_root(PluginSettings::default()).expect("configures");
    let mut stream = Box::<Stream>::default();
    stream.request.headers = HEADERS.into_iter().collect();
    let stream = vm
        .create_stream(root, stream)
        .map_err(|(trap, _)| trap)
        .expect("no trap");

    // SAFETY: a library made above from a source that has no initialisers.
    let bare = unsafe { Library::new(file.path()) }.expect("opens");
    // SAFETY: the type is the function's own.
    let empty =
        unsafe { bare.get::<extern "C" fn(u32, usize, bool) -> u32>("proxy_on_request_headers") };
    let empty = empty.expect("exported");
    let mut group = criterion.benchmark_group("native: empty callback");
    group.bench_function("bare", |bencher| bencher.iter(|| empty(2, 16, false)));
    group.bench_function("host core", |bencher| {
        bencher.iter(|| vm.on_request_headers(stream, false).expect("no trap"));
    });
    group.finish();

    // Nothing but the host core can answer a host call, so these have no bare arm.
    let mut group = criterion.benchmark_group("native: 1,000 host calls");
    group.throughput(Throughput::Elements(CALLS.into()));
    group.bench_function("host core", |bencher| {
        bencher.iter(|| vm.on_request_trailers(stream).expect("no trap"));
    });
    group.finish();
    let mut group = criterion.benchmark_group("native: 1,000 header values");
    group.throughput(Throughput::Elements(CALLS.into()));
    group.bench_function("host core", |bencher| {
        bencher.iter(|| vm.on_response_trailers(stream).expect("no trap"));
    });
}

criterion_group!(benches, overhead);
criterion_main!(benches);
