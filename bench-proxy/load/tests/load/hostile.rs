//! Servers that do not mean well: each is counted as what it is, and none holds the run up.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use load::{Errors, Outcome};

use crate::support::{answering, plan, request, run, server};

/// Runs against a server; it must not take longer than the plan allows.
fn bounded(address: SocketAddr) -> Outcome {
    let start = Instant::now();
    let outcome = run(&plan(address));
    assert_eq!(outcome.counts.offered, 80);
    assert!(start.elapsed() < Duration::from_secs(20));
    outcome
}

fn only(errors: &Errors, kind: u64) {
    assert!(kind > 0 && errors.total() == kind, "{errors:?}");
}

#[test]
fn garbage_is_a_protocol_error() {
    for answer in [
        &b"SSH-2.0-OpenSSH_9.2\r\n"[..],
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffffffff\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na and what nobody asked for",
        b"\0\0\0\0",
    ] {
        let outcome = bounded(answering(answer));
        only(&outcome.counts.errors, outcome.counts.errors.protocol);
        assert_eq!(outcome.counts.good, 0);
    }
}

#[test]
fn endless_headers_and_trailers_end_at_the_limit() {
    for start in [
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n",
    ] {
        let address = server(move |mut stream| {
            if request(&mut stream) && stream.write_all(start.as_bytes()).is_ok() {
                while stream.write_all(b"x-more: and more\r\n").is_ok() {}
            }
        });
        let outcome = bounded(address);
        only(&outcome.counts.errors, outcome.counts.errors.protocol);
    }
}

#[test]
fn an_endless_or_slow_body_is_a_timeout() {
    for (start, piece, pause) in [
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n",
            vec![b'x'; 1 << 16],
            0,
        ),
        ("HTTP/1.1 200 OK\r\n\r\n", vec![b'x'; 1 << 16], 0),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n",
            vec![b'x'],
            20,
        ),
        ("HTTP/1.1 200 OK\r\n", b"a".to_vec(), 20),
    ] {
        let address = server(move |mut stream| {
            if request(&mut stream) && stream.write_all(start.as_bytes()).is_ok() {
                while stream.write_all(&piece).is_ok() {
                    std::thread::sleep(Duration::from_millis(pause));
                }
            }
        });
        let outcome = bounded(address);
        let counts = &outcome.counts;
        assert!(counts.errors.timeout > 0 && counts.good == 0, "{counts:?}");
    }
}

#[test]
fn connections_that_end_early_are_told_from_those_that_are_reset() {
    let half = &b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"[..];
    for answer in [
        &b""[..],
        b"HTTP/1.1 200",
        half,
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
    ] {
        let address = server(move |mut stream| {
            if request(&mut stream) {
                let _ = stream.write_all(answer);
            }
        });
        let outcome = bounded(address);
        only(&outcome.counts.errors, outcome.counts.errors.early_close);
    }
    let address = server(move |mut stream| {
        if request(&mut stream) {
            let _ = stream.write_all(half);
            let linger = socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO));
            linger.expect("set");
        }
    });
    let outcome = bounded(address);
    assert!(outcome.counts.errors.reset > 0, "{:?}", outcome.counts);
}

#[test]
fn a_body_that_ends_with_its_connection_is_whole() {
    let address = server(|mut stream| {
        if request(&mut stream) {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nuntil the end");
        }
    });
    let outcome = bounded(address);
    assert_eq!(outcome.counts.good, 80, "{:?}", outcome.counts);
    assert!(outcome.counts.reconnects >= 80);
}

#[test]
fn a_server_that_goes_away_and_comes_back_costs_only_what_it_missed() {
    use load::{Demand, Plan, Upstream, UpstreamPlan};

    let mut first = Upstream::start(&UpstreamPlan::default()).expect("an upstream");
    let address = first.address();
    let restart = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(500));
        first.end();
        std::thread::sleep(Duration::from_millis(500));
        Upstream::start(&UpstreamPlan {
            address,
            ..UpstreamPlan::default()
        })
        .expect("an upstream again")
    });
    let outcome = run(&Plan {
        demand: Demand::constant(200.0),
        duration: Duration::from_secs(3),
        timeout: Duration::from_secs(2),
        ..plan(address)
    });
    let second = restart.join().expect("restarted");
    let counts = &outcome.counts;
    assert!(counts.errors.connect > 0, "{counts:?}");
    assert_eq!(counts.unfinished, 0, "{counts:?}");
    assert!(
        counts.good > 300 && second.counts().requests > 100,
        "{counts:?}"
    );
}
