//! HTTP/2.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use load::{Demand, Plan, Protocol, UpstreamPlan};

use crate::support::{plan, run, server, upstream};

#[test]
fn streams_share_connections_and_every_request_is_answered() {
    let upstream = upstream(UpstreamPlan {
        delay: Duration::from_millis(20),
        ..UpstreamPlan::default()
    });
    let outcome = run(&Plan {
        protocol: Protocol::Http2,
        demand: Demand::constant(500.0),
        connections: 2,
        streams: 32,
        duration: Duration::from_secs(1),
        timeout: Duration::from_secs(5),
        ..plan(upstream.address())
    });
    assert_eq!((outcome.counts.offered, outcome.counts.good), (500, 500));
    assert_eq!(upstream.counts().connections, 2);
    // A histogram of three digits gives the lower end of its bucket.
    assert!(
        outcome.uncorrected.min_us >= 19_900.0,
        "{:?}",
        outcome.uncorrected
    );
    assert!(outcome.counts.bytes_received > 500 * 13);
}

#[test]
fn a_server_that_does_not_speak_it_is_counted_as_errors() {
    let address = server(|mut stream| {
        let mut buffer = [0; 1024];
        let _ = stream.read(&mut buffer);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    });
    let outcome = run(&Plan {
        protocol: Protocol::Http2,
        ..plan(address)
    });
    assert_eq!(outcome.counts.good, 0);
    assert!(outcome.counts.errors.total() > 0, "{:?}", outcome.counts);
}

#[test]
fn a_server_that_never_answers_is_counted_as_timeouts() {
    let address = server(|mut stream| {
        let mut buffer = [0; 1024];
        // An empty SETTINGS frame, and then nothing.
        let _ = stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]);
        while stream.read(&mut buffer).is_ok_and(|read| read > 0) {}
    });
    let outcome = run(&Plan {
        protocol: Protocol::Http2,
        timeout: Duration::from_millis(100),
        ..plan(address)
    });
    assert_eq!(outcome.counts.good, 0);
    assert!(outcome.counts.errors.timeout > 0, "{:?}", outcome.counts);
}
