//! Filters that have nothing to do until the answer comes. Their streams begin then, unless
//! something of theirs may tell when: nobody else is to see a difference.

use crate::filters::HEADERS;
use crate::shared::metric;
use crate::support::{Client, Guest, Running, Upstream, filter, get, send, start, yaml};

/// A filter that marks answers, traps at the third that comes, and counts streams that end;
/// `greeting` is what it does when their contexts are made.
fn marker(greeting: &str) -> Vec<u8> {
    let mut guest = Guest::new();
    let (name, value) = (guest.text("x-mark"), guest.text("1"));
    let counter = guest.text("ended");
    guest.on("context_create", "(param i32 i32)", greeting);
    let body = format!(
        "(global.set $held (i32.add (global.get $held) (i32.const 1)))
         (if (i32.eq (global.get $held) (i32.const 3)) (then unreachable))
         (drop (call $add (i32.const 2) {name} {value})) (i32.const 0)"
    );
    guest.on("response_headers", HEADERS, &body);
    let body = format!(
        "(drop (call $define (i32.const 0) {counter} (i32.const 8)))
         (drop (call $increment (i32.load (i32.const 8)) (i64.const 1)))"
    );
    guest.on("log", "(param i32)", &body);
    guest.build()
}

fn ended(proxy: &Running) -> u64 {
    metric(&proxy.admin("/metrics"), "wasmcustom_ended")
}

#[test]
fn a_filter_whose_streams_begin_late_does_what_others_do() {
    // The second one does something when a stream begins, though nobody notices what.
    for greeting in ["", "(global.set $id (local.get 0))"] {
        let mut upstream = Upstream::start();
        let more = "    isolation: thread\n";
        let routes = "  - match: { prefix: /direct }\n    direct_response: { status: 200, body: { inline_string: own } }\n";
        let yaml = yaml(upstream.address, &filter("m.wasm", more), "")
            .replace("workers: 2", "workers: 1")
            .replace("  routes:\n", &format!("  routes:\n{routes}"));
        let proxy = start(&yaml, &[("m.wasm", &marker(greeting))]);
        let ask = |path: &str| {
            let answer = send(proxy.address(), path, &[], b"body");
            let marked = answer.header("x-mark").is_some();
            (answer.status, marked, answer.text())
        };
        let (status, marked, text) = ask("/echo");
        assert!(
            status == 200 && marked && text.ends_with("\n\nbody"),
            "{text}"
        );
        assert_eq!(ask("/direct"), (200, true, "own".to_owned()), "{greeting}");
        assert_eq!(ask("/").0, 503, "the third one traps: {greeting}");
        // In a new VM.
        assert_eq!(ask("/"), (200, true, "hello\n".to_owned()), "{greeting}");
        assert_eq!(get(proxy.address(), "/trailers", &[]).text(), "body");
        assert_eq!(proxy.stat("filter_failed_closed_total"), 1, "{greeting}");
        crate::support::until("ends of streams", || ended(&proxy) == 4);
        // What never comes to the filters ends for them, too: its client leaves, or there is
        // no upstream.
        let mut client = Client::connect(proxy.address());
        client.write("GET /never HTTP/1.1\r\nhost: a\r\n\r\n");
        crate::support::until("the request at the upstream", || {
            proxy.stat("upstream_requests_total") == 5
        });
        drop(client);
        crate::support::until("ends of streams", || ended(&proxy) == 5);
        upstream.kill();
        let (status, marked, _) = ask("/");
        assert_eq!((status, marked), (503, false), "{greeting}");
        crate::support::until("ends of streams", || ended(&proxy) == 6);
    }
}

#[test]
fn a_filter_of_answers_that_can_look_at_fields_sees_those_of_the_request() {
    let upstream = Upstream::start();
    let mut guest = Guest::new();
    let (asked, mark) = (guest.has("x-asked"), guest.text("x-mark"));
    let value = guest.text("1");
    guest.on("context_create", "(param i32 i32)", "");
    let body = format!(
        "(if {asked} (then (drop (call $add (i32.const 2) {mark} {value})))) (i32.const 0)"
    );
    guest.on("response_headers", HEADERS, &body);
    let proxy = start(
        &yaml(upstream.address, &filter("m.wasm", ""), ""),
        &[("m.wasm", &guest.build())],
    );
    let marked = |fields: &[(&str, &str)]| {
        let answer = get(proxy.address(), "/", fields);
        answer.header("x-mark").is_some()
    };
    assert!(marked(&[("x-asked", "yes")]));
    assert!(!marked(&[]));
}
