//! The host core beside its floor: the same work hand-written against bare wasmtime, with
//! the same engine configuration and the same guest, and no host core in between.
//!
//! `cargo bench -p host-core` prints both; docs/performance.md says what the ratios must be.

mod bare;
mod hosted;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// The guest's look-ups per call.
const LOOKUPS: u64 = 1_000;

/// 16 headers; the wanted one has 32 bytes and stands in the middle.
pub(crate) fn headers() -> Vec<(String, String)> {
    let mut headers: Vec<_> = (0..16)
        .map(|number| {
            (
                format!("x-header-{number}"),
                format!("value of header {number}"),
            )
        })
        .collect();
    headers[8] = (
        "x-wanted".to_owned(),
        "0123456789abcdef0123456789abcdef".to_owned(),
    );
    headers
}

pub(crate) fn guest() -> Vec<u8> {
    wat::parse_str(include_str!("guest.wat")).expect("the guest is valid")
}

fn empty_callback(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("empty-callback");
    let mut bare = bare::Bare::new();
    group.bench_function("floor", |bencher| bencher.iter(|| bare.tick()));
    let mut hosted = hosted::Hosted::new();
    group.bench_function("host-core", |bencher| bencher.iter(|| hosted.tick()));
}

fn header_value(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("header-value");
    group.throughput(Throughput::Elements(LOOKUPS));
    let mut bare = bare::Bare::new();
    group.bench_function("floor", |bencher| bencher.iter(|| bare.look_up()));
    let mut hosted = hosted::Hosted::new();
    group.bench_function("host-core", |bencher| bencher.iter(|| hosted.look_up()));
}

fn context_cycle(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("context-cycle");
    let mut bare = bare::Bare::new();
    group.bench_function("floor", |bencher| bencher.iter(|| bare.cycle()));
    let mut hosted = hosted::Hosted::new();
    group.bench_function("host-core", |bencher| bencher.iter(|| hosted.cycle()));
}

criterion_group!(floors, empty_callback, header_value, context_cycle);
criterion_main!(floors);
