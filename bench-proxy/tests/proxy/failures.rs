//! Filters that fail, and the requests beside them.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::filters::HEADERS;
use crate::support::{Client, Guest, Running, Upstream, filter, get, send, start, yaml};

/// A filter that traps when asked to by `x-trap`, never returns for `x-loop`, eats memory for
/// `x-eat`, and otherwise marks requests and responses.
fn fragile() -> Vec<u8> {
    let mut guest = Guest::new();
    let (trap, endless, eat) = (guest.has("x-trap"), guest.has("x-loop"), guest.has("x-eat"));
    let (name, value) = (guest.text("x-mark"), guest.text("1"));
    let body = format!(
        "(if {trap} (then unreachable))
         (if {endless} (then (loop $l (br $l))))
         (if {eat} (then (loop $l
            (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then unreachable))
            (br $l))))
         (drop (call $add (i32.const 0) {name} {value})) (i32.const 0)"
    );
    guest.on("request_headers", HEADERS, &body);
    let body = format!("(drop (call $add (i32.const 2) {name} {value})) (i32.const 0)");
    guest.on("response_headers", HEADERS, &body);
    guest.build()
}

fn with(upstream: &Upstream, more: &str) -> Running {
    let filter = filter("f.wasm", more);
    start(
        &yaml(upstream.address, &filter, ""),
        &[("f.wasm", &fragile())],
    )
}

const LIMITS: &str = "    limits: { deadline: 700ms, memory: 16MiB }\n";

fn vms(proxy: &Running) -> serde_json::Value {
    let page = proxy.admin("/vms");
    serde_json::from_str::<serde_json::Value>(&page).expect("JSON")[0].clone()
}

#[test]
fn what_ends_a_vm_ends_that_request_and_no_other_whoever_shares_it() {
    let upstream = Upstream::start();
    for isolation in ["thread", "shared", "pool:2", "request"] {
        let proxy = with(&upstream, &format!("{LIMITS}    isolation: {isolation}\n"));
        for cause in ["x-trap", "x-loop", "x-eat"] {
            assert_eq!(
                get(proxy.address(), "/", &[(cause, "1")]).status,
                503,
                "{isolation} {cause}"
            );
            let answer = get(proxy.address(), "/echo", &[]);
            assert_eq!(answer.header("x-mark"), Some("1"), "{isolation} {cause}");
            assert!(answer.text().contains("x-mark: 1\n"), "{isolation} {cause}");
        }
        let vms = vms(&proxy);
        assert_eq!(
            (&vms["traps"], &vms["deadlines"]),
            (&3.into(), &1.into()),
            "{vms}"
        );
        if isolation != "request" {
            assert!(vms["rebuilt"].as_u64() >= Some(2), "{vms}");
        }
        assert_eq!(proxy.stat("filter_failed_closed_total"), 3);
    }
}

#[test]
fn a_filter_that_may_fail_open_is_left_out_of_the_stream() {
    let upstream = Upstream::start();
    let proxy = with(&upstream, &format!("{LIMITS}    fail_open: true\n"));
    let answer = send(
        proxy.address(),
        "/echo",
        &[("x-trap", "1"), ("x-own", "o")],
        b"body",
    );
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("x-mark"), None);
    let text = answer.text();
    assert!(
        text.contains("x-own: o\n") && !text.contains("x-mark"),
        "{text}"
    );
    assert!(text.ends_with("\n\nbody"), "{text}");
    assert_eq!(get(proxy.address(), "/", &[]).header("x-mark"), Some("1"));
    assert_eq!(proxy.stat("filter_failed_open_total"), 1);
}

#[test]
fn requests_that_wait_for_their_upstream_outlive_the_vm() {
    let upstream = Upstream::start();
    for isolation in ["thread", "shared"] {
        let yaml = yaml(
            upstream.address,
            &filter("f.wasm", &format!("{LIMITS}    isolation: {isolation}\n")),
            "",
        )
        .replace("workers: 2", "workers: 1");
        let proxy = start(&yaml, &[("f.wasm", &fragile())]);
        let mut waiting: Vec<_> = (0..10).map(|_| Client::connect(proxy.address())).collect();
        for client in &mut waiting {
            client.write("GET /slow HTTP/1.1\r\nhost: a\r\n\r\n");
        }
        crate::support::until("requests at the upstream", || {
            proxy.stat("upstream_requests_total") == 10
        });
        assert_eq!(get(proxy.address(), "/", &[("x-trap", "1")]).status, 503);
        for client in &mut waiting {
            let answer = client.answer().expect("an answer");
            assert_eq!(
                (answer.status, answer.header("x-mark")),
                (200, Some("1")),
                "{isolation}"
            );
        }
        assert_eq!(proxy.stat("filter_streams_moved_total"), 10, "{isolation}");
        assert_eq!(proxy.stat("filter_failed_closed_total"), 1, "{isolation}");
    }
}

#[test]
fn under_load_traps_and_endless_loops_cost_only_their_own_requests() {
    let upstream = Upstream::start();
    for isolation in ["thread", "shared", "pool:2", "request"] {
        let limits = "    limits: { deadline: 700ms, memory: 16MiB }\n";
        let proxy = with(&upstream, &format!("{limits}    isolation: {isolation}\n"));
        let address = proxy.address();
        let (stop, served) = (AtomicBool::new(false), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut client = Client::connect(address);
                    while !stop.load(Ordering::Relaxed) {
                        let answer = client.get("/echo", &[]).expect("an answer");
                        assert_eq!((answer.status, answer.header("x-mark")), (200, Some("1")));
                        assert!(answer.text().contains("x-mark: 1\n"));
                        served.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            let mut bad = Client::connect(address);
            for round in 0..20 {
                let cause = if round % 10 == 0 { "x-loop" } else { "x-trap" };
                assert_eq!(
                    bad.get("/", &[(cause, "1")]).expect("an answer").status,
                    503
                );
            }
            crate::support::until("enough good requests", || {
                served.load(Ordering::Relaxed) > 100
            });
            stop.store(true, Ordering::Relaxed);
        });
        assert_eq!(vms(&proxy)["traps"], 20, "{isolation}");
        assert_eq!(proxy.stat("filter_failed_closed_total"), 20, "{isolation}");
    }
}

#[test]
fn a_filter_that_makes_an_invalid_message_is_told_so() {
    let mut guest = Guest::new();
    let (name, value) = (guest.text(":path"), guest.text("no slash and a \u{1}"));
    let body = format!("(drop (call $set (i32.const 0) {name} {value})) (i32.const 0)");
    guest.on("request_headers", HEADERS, &body);
    let upstream = Upstream::start();
    let proxy = start(
        &yaml(upstream.address, &filter("f.wasm", ""), ""),
        &[("f.wasm", &guest.build())],
    );
    assert_eq!(get(proxy.address(), "/", &[]).status, 500);
}
