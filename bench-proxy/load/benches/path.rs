//! What the generator does for each request besides system calls: the intended send time, taking
//! the answer with and without a remembered header, comparing it, and recording it. Requests are
//! encoded before the load.
#![allow(missing_docs)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use load::Arrivals;
use load::bench::{Answers, Records, SendTimes, encode, encode_response};

fn path(criterion: &mut Criterion) {
    let workload = workloads::find("header-rewrite").expect("a workload");
    let exchange = &workload.exchanges[0];
    let bytes = encode_response(exchange);
    let mut answers = Answers::of(&workload.exchanges);
    assert!(answers.take(&bytes, true));
    criterion.bench_function("encode a request", |bencher| {
        bencher.iter(|| encode(black_box(exchange)));
    });
    criterion.bench_function("take an answer, header remembered", |bencher| {
        bencher.iter(|| answers.take(black_box(&bytes), true));
    });
    criterion.bench_function("take an answer, header parsed and compared", |bencher| {
        bencher.iter(|| answers.take(black_box(&bytes), false));
    });
    for (name, arrivals) in [
        ("the next send time, constant", Arrivals::Constant),
        ("the next send time, Poisson", Arrivals::Poisson),
    ] {
        let mut times = SendTimes::of(arrivals);
        criterion.bench_function(name, |bencher| bencher.iter(|| times.next_ns()));
    }
    let mut records = Records::default();
    let mut latency = 0;
    criterion.bench_function("record an answer", |bencher| {
        bencher.iter(|| {
            latency = (latency + 977) % 1_000_000;
            records.record(black_box(latency));
        });
    });
}

criterion_group!(benches, path);
criterion_main!(benches);
