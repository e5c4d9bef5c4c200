//! The proxy under good, hostile and slow clients at once, for as long as it takes to see a leak.
//!
//! Proxy and upstream are processes of their own (this binary again), so that their memory and
//! descriptors can be watched and the upstream killed. Ten seconds of all clients by default;
//! `PWBENCH_SOAK_SECONDS=300` is the long form.
#![cfg(target_os = "linux")]

mod clients;
mod http2;
mod processes;
#[allow(unused_imports)]
#[path = "../proxy/support/mod.rs"]
mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use load::{Check, Demand, Mix, Outcome, Plan, Protocol, Stop, Tag, Target};

use processes::{Process, proxy, upstream};

/// How long all clients are at it together.
fn length() -> Duration {
    let seconds = std::env::var("PWBENCH_SOAK_SECONDS").ok();
    let seconds = seconds.and_then(|text| text.parse().ok()).unwrap_or(10);
    Duration::from_secs(seconds)
}

/// What good clients send, with the outcome expected of the filter.
fn mix() -> Mix {
    let exchanges = processes::exchanges();
    Mix::of(&exchanges[..2], Check::Filtered, Tag::Header).expect("a mix")
}

fn good_clients(proxy: &Process, duration: Duration) -> Outcome {
    good_clients_of(Protocol::Http1, proxy, duration)
}

fn good_clients_of(protocol: Protocol, proxy: &Process, duration: Duration) -> Outcome {
    let (connections, streams) = match protocol {
        Protocol::Http1 => (16, 1),
        Protocol::Http2 => (16, 4),
    };
    let plan = Plan {
        protocol,
        demand: Demand::poisson(200.0),
        connections,
        streams,
        warm_up: Duration::ZERO,
        duration,
        timeout: Duration::from_secs(10),
        ..Plan::new(Target::at(proxy.address, "/").expect("a target"))
    };
    load::run(&plan, &mix(), &Stop::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// The median of a part of the samples.
fn median(samples: &[u64]) -> u64 {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

#[test]
fn nothing_leaks_nothing_sticks_and_good_clients_get_good_answers() {
    let mut server = upstream(0);
    let proxy = proxy(server.address);
    let length = length();
    let stop = AtomicBool::new(false);
    let mut resident = Vec::new();
    // Once round before descriptors are counted.
    assert_eq!(good_clients(&proxy, Duration::from_secs(1)).counts.wrong, 0);
    proxy.settle();
    let before = proxy.descriptors();

    // Good clients beside all others.
    std::thread::scope(|scope| {
        for client in clients::HOSTILE {
            let (stop, address) = (&stop, proxy.address);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    client(address);
                }
            });
        }
        let good = scope.spawn(|| good_clients(&proxy, length));
        let modern = scope.spawn(|| good_clients_of(Protocol::Http2, &proxy, length));
        let other = scope.spawn(|| clients::other_tools(proxy.address));
        while !(good.is_finished() && modern.is_finished()) {
            std::thread::sleep(Duration::from_millis(250));
            resident.push(proxy.resident_kib());
        }
        stop.store(true, Ordering::Relaxed);
        for good in [good, modern] {
            let outcome = good.join().expect("a run");
            let counts = &outcome.counts;
            assert!(counts.good > 0);
            assert_eq!(
                (counts.good, counts.wrong, counts.errors.total()),
                (counts.offered, 0, 0),
                "{:?} {:?}",
                outcome.wrong_answers,
                outcome.first_errors
            );
        }
        other.join().expect("other tools");
    });

    // The upstream is killed and comes back.
    let port = server.address.port();
    std::thread::scope(|scope| {
        let good = scope.spawn(|| good_clients(&proxy, Duration::from_secs(3)));
        std::thread::sleep(Duration::from_secs(1));
        server.kill();
        std::thread::sleep(Duration::from_millis(500));
        server = upstream(port);
        let outcome = good.join().expect("a run");
        let counts = &outcome.counts;
        assert_eq!(counts.errors.total(), 0, "{:?}", outcome.first_errors);
        assert!(counts.wrong > 0, "the upstream was away: {counts:?}");
        assert!(
            outcome
                .statuses
                .keys()
                .all(|status| [200, 502, 503, 504].contains(status)),
            "{:?}",
            outcome.statuses
        );
    });
    let again = good_clients(&proxy, Duration::from_secs(1));
    assert_eq!(
        again.counts.good, again.counts.offered,
        "{:?}",
        again.wrong_answers
    );

    proxy.settle();
    let start = Instant::now();
    while proxy.descriptors() > before && start.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(
        proxy.descriptors() <= before,
        "{} of {before} open",
        proxy.descriptors()
    );
    assert!(proxy.vms() <= 2, "one for each worker");
    let third = resident.len() / 3;
    let (early, late) = (
        median(&resident[third..2 * third]),
        median(&resident[2 * third..]),
    );
    assert!(
        late <= early + early / 10 + (8 << 10),
        "resident memory grew from {early} to {late} KiB"
    );
}
