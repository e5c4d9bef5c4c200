//! What the host core adds to an engine: each bench stands beside the same work done with
//! the bare engine.

use criterion::{BenchmarkGroup, Criterion, Throughput, measurement::WallTime};
use host_core::Engine;

use crate::guest::{CALLS, Running};

/// The same work on the bare engine.
pub(crate) trait Bare {
    /// Calls the empty callback.
    fn callback(&mut self);
    /// Calls the callback that makes [`CALLS`] of the cheapest host call.
    fn host_calls(&mut self);
    /// Calls the callback that asks [`CALLS`] times for a header.
    fn headers(&mut self);
}

/// Benches one mode: `engine` through the host core, `bare` without it.
#[allow(dead_code)] // One engine's handlers would change its bare figure: it takes two steps.
pub(crate) fn mode(criterion: &mut Criterion, engine: &dyn Engine, bare: &mut dyn Bare) {
    self::bare(criterion, &engine.info().runtime, bare);
    hosted(criterion, engine);
}

/// The bare half of [`mode`].
pub(crate) fn bare(criterion: &mut Criterion, name: &str, bare: &mut dyn Bare) {
    let mut group = criterion.benchmark_group(format!("{name}: empty callback"));
    group.bench_function("bare", |bencher| bencher.iter(|| bare.callback()));
    group.finish();

    let mut group = per_call(criterion, format!("{name}: 1,000 host calls"));
    group.bench_function("bare", |bencher| bencher.iter(|| bare.host_calls()));
    group.finish();

    let mut group = per_call(criterion, format!("{name}: 1,000 header values"));
    group.bench_function("bare", |bencher| bencher.iter(|| bare.headers()));
    group.finish();
}

/// The other half of [`mode`].
pub(crate) fn hosted(criterion: &mut Criterion, engine: &dyn Engine) {
    let name = engine.info().runtime.clone();
    let mut running = Running::new(engine);
    let stream = running.stream();
    let vm = &mut running.vm;

    let mut group = criterion.benchmark_group(format!("{name}: empty callback"));
    group.bench_function("host core", |bencher| {
        bencher.iter(|| vm.on_request_headers(stream, false).expect("no trap"));
    });
    group.finish();

    let mut group = per_call(criterion, format!("{name}: 1,000 host calls"));
    group.bench_function("host core", |bencher| {
        bencher.iter(|| vm.on_request_trailers(stream).expect("no trap"));
    });
    group.finish();

    let mut group = per_call(criterion, format!("{name}: 1,000 header values"));
    group.bench_function("host core", |bencher| {
        bencher.iter(|| vm.on_response_trailers(stream).expect("no trap"));
    });
    group.finish();
}

fn per_call(criterion: &mut Criterion, name: String) -> BenchmarkGroup<'_, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(CALLS.into()));
    group
}
