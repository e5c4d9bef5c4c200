//! Callouts of filters to clusters.

use crate::filters::HEADERS;
use crate::support::{Guest, Running, Upstream, filter, get, send, start, yaml};

/// A filter that asks cluster `cluster` before it lets a request go, and adds what it was told
/// as `x-said`; or answers 504 when it was told nothing.
fn asking(cluster: &str, path: &str, timeout: u32) -> Vec<u8> {
    let mut guest = Guest::new();
    let name = guest.text(cluster);
    let fields = guest.fields(&[
        (":method", "GET"),
        (":path", path),
        (":authority", "auth"),
        ("x-asked", "1"),
    ]);
    let body = format!(
        "(if (call $call {name} {fields} (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
            (i32.const {timeout}) (i32.const 8)) (then unreachable))
         (i32.const 1)"
    );
    guest.on("request_headers", HEADERS, &body);
    let (said, status, none) = (guest.text("x-said"), guest.text(":status"), guest.text(""));
    let body = format!(
        "(if (i32.eqz (local.get 2)) (then
            (drop (call $answer (i32.const 504) {none} {none} {none} (i32.const -1)))
            (return)))
         (drop (call $get (i32.const 6) {status} (i32.const 0) (i32.const 4)))
         (drop (call $add (i32.const 0) {said} (call $p) (call $n)))
         (drop (call $continue (i32.const 0)))"
    );
    guest.on("http_call_response", "(param i32 i32 i32 i32 i32)", &body);
    guest.build()
}

fn with(upstream: &Upstream, module: &[u8], isolation: &str, auth: &Upstream) -> Running {
    let filter = filter("f.wasm", &format!("    isolation: {isolation}\n"));
    let auth = auth.address;
    let yaml = yaml(upstream.address, &filter, "")
        + &format!("- {{ name: auth, endpoints: [\"{auth}\"] }}\n");
    start(&yaml, &[("f.wasm", module)])
}

#[test]
fn a_request_waits_for_the_answer_of_its_callout() {
    let (upstream, auth) = (Upstream::start(), Upstream::start());
    for isolation in ["thread", "shared", "pool:2", "request"] {
        let proxy = with(
            &upstream,
            &asking("auth", "/status/202", 2000),
            isolation,
            &auth,
        );
        for _ in 0..5 {
            let text = send(proxy.address(), "/echo", &[], b"the body").text();
            assert!(text.contains("x-said: 202\n"), "{isolation}: {text}");
            assert!(text.ends_with("\n\nthe body"), "{isolation}: {text}");
        }
        assert_eq!(proxy.stat("filter_callouts_total"), 5, "{isolation}");
    }
}

#[test]
fn many_requests_wait_at_once_and_each_gets_its_own_answer() {
    let (upstream, auth) = (Upstream::start(), Upstream::start());
    for isolation in ["thread", "shared", "request"] {
        let proxy = with(
            &upstream,
            &asking("auth", "/status/200", 5000),
            isolation,
            &auth,
        );
        let address = proxy.address();
        std::thread::scope(|scope| {
            for number in 0..16 {
                scope.spawn(move || {
                    for _ in 0..10 {
                        let number = number.to_string();
                        let text = get(address, "/echo", &[("x-number", &number)]).text();
                        assert!(text.contains(&format!("x-number: {number}\n")), "{text}");
                        assert!(text.contains("x-said: 200\n"), "{text}");
                    }
                });
            }
        });
    }
}

#[test]
fn a_callout_that_is_not_answered_in_time_is_told_so() {
    let (upstream, auth) = (Upstream::start(), Upstream::start());
    let proxy = with(&upstream, &asking("auth", "/never", 100), "thread", &auth);
    assert_eq!(get(proxy.address(), "/", &[]).status, 504);
    assert_eq!(proxy.stat("filter_callout_failures_total"), 1);
}

#[test]
fn a_callout_to_an_upstream_that_is_gone_is_told_so() {
    let (upstream, mut auth) = (Upstream::start(), Upstream::start());
    auth.kill();
    let proxy = with(&upstream, &asking("auth", "/", 1000), "thread", &auth);
    assert_eq!(get(proxy.address(), "/", &[]).status, 504);
}

#[test]
fn a_client_that_leaves_does_not_disturb_the_callout_of_its_request() {
    let (upstream, auth) = (Upstream::start(), Upstream::start());
    let proxy = with(&upstream, &asking("auth", "/slow", 3000), "thread", &auth);
    for _ in 0..5 {
        let mut client = crate::support::Client::connect(proxy.address());
        client.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
        crate::support::until("the callout", || {
            proxy.stat("filter_callouts_total") == proxy.stat("downstream_requests_total")
        });
    }
    crate::support::until("the end", || {
        proxy.stat("downstream_requests_ended_total") == proxy.stat("downstream_requests_total")
    });
    assert!(
        get(proxy.address(), "/echo", &[])
            .text()
            .contains("x-said: 200\n")
    );
}

/// A filter that asks a gRPC service by `ask`, an expression that is 0 when all is well, adds
/// its message to the request as `x-said`, and lets it go when the call ends well.
fn asking_grpc(guest: &mut Guest, ask: &str) -> Vec<u8> {
    let body = format!("(if {ask} (then unreachable)) (i32.const 1)");
    guest.on("request_headers", HEADERS, &body);
    let said = guest.text("x-said");
    let body = format!(
        "(drop (call $read (i32.const 5) (i32.const 0) (local.get 2) (i32.const 0) (i32.const 4)))
         (drop (call $add (i32.const 0) {said} (call $p) (call $n)))"
    );
    guest.on("grpc_receive", "(param i32 i32 i32)", &body);
    let none = guest.text("");
    let body = format!(
        "(if (local.get 2)
            (then (drop (call $answer (i32.const 502) {none} {none} {none} (i32.const -1))))
            (else (drop (call $continue (i32.const 0)))))"
    );
    guest.on("grpc_close", "(param i32 i32 i32)", &body);
    guest.build()
}

fn with_grpc(upstream: &Upstream, module: &[u8], auth: &Upstream) -> Running {
    let auth = auth.address;
    let yaml = yaml(upstream.address, &filter("f.wasm", ""), "")
        + &format!("- {{ name: auth, http2: true, endpoints: [\"{auth}\"] }}\n");
    start(&yaml, &[("f.wasm", module)])
}

#[test]
fn a_grpc_call_delivers_its_message_and_its_end() {
    let mut guest = Guest::new();
    let (cluster, service, method) = (
        guest.text("auth"),
        guest.text("a.Service"),
        guest.text("Ask"),
    );
    let message = guest.text("question");
    let ask = format!(
        "(call $grpc {cluster} {service} {method} (i32.const 0) (i32.const 0) {message}
            (i32.const 2000) (i32.const 8))"
    );
    let module = asking_grpc(&mut guest, &ask);
    let (upstream, mut auth) = (Upstream::start(), Upstream::start());
    let proxy = with_grpc(&upstream, &module, &auth);
    let text = get(proxy.address(), "/echo", &[]).text();
    assert!(text.contains("x-said: re: question\n"), "{text}");
    auth.kill();
    assert_eq!(get(proxy.address(), "/echo", &[]).status, 502);
}

#[test]
fn a_grpc_stream_sends_what_the_guest_sends_until_it_is_done() {
    let mut guest = Guest::new();
    // As plugins for Envoy name their upstream: inside a GrpcService message.
    let cluster = guest.text("\n\u{6}\n\u{4}auth");
    let (service, method) = (guest.text("a.Service"), guest.text("Ask"));
    let message = guest.text("streamed");
    let ask = format!(
        "(i32.or
            (call $open {cluster} {service} {method} (i32.const 0) (i32.const 0) (i32.const 8))
            (call $send (i32.load (i32.const 8)) {message} (i32.const 1)))"
    );
    let module = asking_grpc(&mut guest, &ask);
    let (upstream, auth) = (Upstream::start(), Upstream::start());
    let proxy = with_grpc(&upstream, &module, &auth);
    for _ in 0..3 {
        let text = get(proxy.address(), "/echo", &[]).text();
        assert!(text.contains("x-said: re: streamed\n"), "{text}");
    }
}
