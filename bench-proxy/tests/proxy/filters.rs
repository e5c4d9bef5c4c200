//! One filter: what it may do to a message.

use crate::support::{
    Client, Guest, Running, Upstream, filter, get, prebuilt, send, start, until, yaml,
};

pub(crate) const HEADERS: &str = "(param i32 i32 i32) (result i32)";

fn with(upstream: &Upstream, module: &[u8], more: &str) -> Running {
    start(
        &yaml(upstream.address, &filter("f.wasm", ""), more),
        &[("f.wasm", module)],
    )
}

/// A filter that adds a header to requests and responses.
pub(crate) fn adding(request: &str, response: &str) -> Vec<u8> {
    let mut guest = Guest::new();
    let (name, value) = (guest.text(request), guest.text("1"));
    let body = format!("(drop (call $add (i32.const 0) {name} {value})) (i32.const 0)");
    guest.on("request_headers", HEADERS, &body);
    let name = guest.text(response);
    let body = format!("(drop (call $add (i32.const 2) {name} {value})) (i32.const 0)");
    guest.on("response_headers", HEADERS, &body);
    guest.build()
}

#[test]
fn headers_are_changed_both_ways() {
    let upstream = Upstream::start();
    let proxy = with(&upstream, &adding("x-to-upstream", "x-to-client"), "");
    for _ in 0..10 {
        let answer = send(proxy.address(), "/echo", &[("x-own", "o")], b"hello");
        assert_eq!(answer.header("x-to-client"), Some("1"));
        let text = answer.text();
        assert!(
            text.contains("x-to-upstream: 1\n") && text.contains("x-own: o\n"),
            "{text}"
        );
        assert!(text.ends_with("\n\nhello"), "{text}");
    }
}

/// A filter that adds to requests and responses how many fields it was told of, as a letter;
/// `looking` makes it import a function that shows fields.
fn counting(looking: bool) -> Vec<u8> {
    let mut guest = Guest::new();
    let (name, value) = (guest.text("x-count"), guest.text("?"));
    let address = value.split(')').next().expect("an address").to_owned() + ")";
    for (side, map) in [("request", 0), ("response", 2)] {
        let body = format!(
            "(i32.store8 {address} (i32.add (i32.const 64) (local.get 1)))
             (drop (call $add (i32.const {map}) {name} {value})) (i32.const 0)"
        );
        guest.on(&format!("{side}_headers"), HEADERS, &body);
    }
    if looking {
        let has = guest.has("x-own");
        guest.on("tick", "(param i32)", &format!("(drop {has})"));
    }
    guest.build()
}

#[test]
fn a_filter_that_cannot_look_at_fields_leaves_the_same_messages_as_one_that_can() {
    let upstream = Upstream::start();
    let answer = |looking| {
        let proxy = with(&upstream, &counting(looking), "");
        let answer = send(proxy.address(), "/echo", &[("x-own", "o")], b"hello");
        let fields = answer.headers.iter().filter(|(name, _)| name != "date");
        let fields: Vec<_> = fields.cloned().collect();
        (fields, answer.text().to_owned())
    };
    let (fields, text) = answer(false);
    assert!(
        text.contains("x-own: o\n") && text.contains("x-count: "),
        "{text}"
    );
    assert!(
        fields.iter().any(|(name, _)| name == "x-count"),
        "{fields:?}"
    );
    assert_eq!((fields, text), answer(true));
}

#[test]
fn the_header_rewriting_workload_does_its_work() {
    let upstream = Upstream::start();
    let module = std::fs::read(prebuilt("header-rewrite.wasm")).expect("read");
    let more = "    root_id: header-rewrite
    configuration:
      rules:
      - { on: request, op: remove, name: x-internal-user }
      - { on: request, op: append, name: via, value: 1.1 edge }
      - { on: response, op: remove, name: content-length }
      - { on: response, op: set, name: x-upstream, value: changed }
";
    let proxy = start(
        &yaml(upstream.address, &filter("f.wasm", more), ""),
        &[("f.wasm", &module)],
    );
    let answer = get(
        proxy.address(),
        "/echo",
        &[("x-internal-user", "root"), ("via", "1.0 x")],
    );
    let text = answer.text();
    assert!(
        !text.contains("x-internal-user") && text.contains("1.1 edge"),
        "{text}"
    );
    assert_eq!(answer.header("x-upstream"), Some("changed"));
    assert_eq!(answer.status, 200);
}

#[test]
fn the_prime_checking_workload_answers_itself() {
    let upstream = Upstream::start();
    let module = std::fs::read(prebuilt("prime-check.wasm")).expect("read");
    let proxy = start(
        &yaml(
            upstream.address,
            &filter(
                "f.wasm",
                "    root_id: prime-check\n    configuration: '{}'\n",
            ),
            "",
        ),
        &[("f.wasm", &module)],
    );
    assert_eq!(
        get(proxy.address(), "/", &[("token", "1048573")]).status,
        200
    );
    assert_eq!(
        get(proxy.address(), "/", &[("token", "1048575")]).status,
        403
    );
    assert_eq!(proxy.stat("filter_local_responses_total"), 1);
    assert_eq!(proxy.stat("upstream_requests_total"), 1);
}

/// A filter that holds a body until its end and then puts `text` in its place.
fn replacing(side: &str, buffer: u32, text: &str) -> Vec<u8> {
    let mut guest = Guest::new();
    let text = guest.text(text);
    let body = format!(
        "(if (i32.eqz (local.get 2)) (then (return (i32.const 1))))
         (drop (call $write (i32.const {buffer}) (i32.const 0) (i32.const -1) {text}))
         (i32.const 0)"
    );
    guest.on(&format!("{side}_body"), HEADERS, &body);
    // The header waits for the body, so that its length can follow.
    guest.on(
        &format!("{side}_headers"),
        HEADERS,
        "(i32.eqz (local.get 2))",
    );
    guest.build()
}

#[test]
fn a_held_request_is_sent_with_the_body_that_the_filter_made() {
    let upstream = Upstream::start();
    let proxy = with(&upstream, &replacing("request", 0, "another body"), "");
    let text = send(
        proxy.address(),
        "/echo",
        &[],
        b"long ".repeat(1000).as_slice(),
    )
    .text();
    assert!(text.contains("content-length: 12\n"), "{text}");
    assert!(text.ends_with("\n\nanother body"), "{text}");
    let text = get(proxy.address(), "/echo", &[]).text();
    assert!(
        text.starts_with("GET /echo"),
        "a request without a body is not held: {text}"
    );
}

#[test]
fn a_held_response_is_sent_with_the_body_that_the_filter_made() {
    let upstream = Upstream::start();
    let proxy = with(&upstream, &replacing("response", 1, "shorter"), "");
    let answer = get(proxy.address(), "/stream", &[]);
    assert_eq!(answer.header("content-length"), Some("7"));
    assert_eq!(answer.text(), "shorter");
}

#[test]
fn pieces_of_a_response_are_changed_as_they_pass() {
    let mut guest = Guest::new();
    let mark = guest.text("!");
    let body = format!(
        "(if (i32.gt_u (local.get 1) (i32.const 0)) (then
            (drop (call $write (i32.const 1) (i32.const 0x7fffffff) (i32.const 0) {mark}))))
         (i32.const 0)"
    );
    guest.on("response_body", HEADERS, &body);
    let upstream = Upstream::start();
    let proxy = with(&upstream, &guest.build(), "");
    let mut client = Client::connect(proxy.address());
    let answer = client.get("/any", &[]).expect("an answer");
    assert_eq!(
        answer.text(),
        "hello\n!",
        "its length may not be the upstream's"
    );
    let text = client.get("/stream", &[]).expect("an answer").text();
    assert!(text.ends_with("three!"), "{text}");
}

#[test]
fn a_body_that_a_filter_cannot_hold_is_413_for_requests_and_500_for_responses() {
    let limits = "  limits: { buffered_body: 5 }\n";
    let upstream = Upstream::start();
    let proxy = with(&upstream, &replacing("request", 0, "x"), limits);
    let mut client = Client::connect(proxy.address());
    client.write("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 20\r\n\r\n0123456789");
    assert_eq!(client.answer().expect("an answer").status, 413);
    let proxy = with(&upstream, &replacing("response", 1, "x"), limits);
    assert_eq!(get(proxy.address(), "/stream", &[]).status, 500);
    assert_eq!(send(proxy.address(), "/echo", &[], b"x").text(), "x");
}

#[test]
fn trailers_are_seen_and_changed() {
    let mut guest = Guest::new();
    let (name, value) = (guest.text("x-trailer"), guest.text("changed"));
    let body = format!("(drop (call $set (i32.const 3) {name} {value})) (i32.const 0)");
    guest.on("response_trailers", "(param i32 i32) (result i32)", &body);
    let upstream = Upstream::start();
    let proxy = with(&upstream, &guest.build(), "");
    let answer = get(proxy.address(), "/trailers", &[("te", "trailers")]);
    assert_eq!(answer.text(), "body");
    assert_eq!(
        answer.trailers,
        [("x-trailer".to_owned(), "changed".to_owned())]
    );
}

#[test]
fn a_stream_that_a_filter_closes_is_reset() {
    let mut guest = Guest::new();
    guest.on(
        "request_headers",
        HEADERS,
        "(drop (call $close (i32.const 0))) (i32.const 0)",
    );
    let upstream = Upstream::start();
    let proxy = with(&upstream, &guest.build(), "");
    assert_eq!(Client::connect(proxy.address()).get("/", &[]), None);
    until("the reset", || proxy.stat("downstream_resets_total") == 1);
}

#[test]
fn a_paused_request_waits_for_a_tick() {
    let mut guest = Guest::new();
    guest.on(
        "vm_start",
        "(param i32 i32) (result i32)",
        "(drop (call $ticks (i32.const 30))) (i32.const 1)",
    );
    guest.on(
        "request_headers",
        HEADERS,
        "(global.set $held (local.get 0)) (i32.const 1)",
    );
    guest.on(
        "tick",
        "(param i32)",
        "(if (global.get $held) (then
            (drop (call $effective (global.get $held)))
            (drop (call $continue (i32.const 0)))
            (global.set $held (i32.const 0))))",
    );
    let upstream = Upstream::start();
    for isolation in ["thread", "shared", "request", "pool:2"] {
        let filter = filter("f.wasm", &format!("    isolation: {isolation}\n"));
        let module = guest.build();
        let proxy = start(&yaml(upstream.address, &filter, ""), &[("f.wasm", &module)]);
        for _ in 0..3 {
            let text = send(proxy.address(), "/echo", &[], b"late").text();
            assert!(text.ends_with("\n\nlate"), "{isolation}: {text}");
        }
    }
}

#[test]
fn properties_tell_of_the_stream() {
    let mut guest = Guest::new();
    let read = |guest: &mut Guest, path: &str| {
        let path = guest.text(&path.replace('.', "\0"));
        format!(
            "(if (i32.eqz (call $property {path} (i32.const 0) (i32.const 4)))
                (then (drop (call $log (i32.const 2) (call $p) (call $n))))
                (else unreachable))"
        )
    };
    let mut body = String::new();
    for path in [
        "request.path",
        "request.protocol",
        "request.time",
        "request.method",
        "source.address",
        "source.port",
        "destination.address",
        "connection.id",
        "plugin_name",
        "listener_direction",
        "xds.listener_name",
    ] {
        body += &read(&mut guest, path);
    }
    guest.on("request_headers", HEADERS, &format!("{body} (i32.const 0)"));
    let mut body = String::new();
    for path in [
        "response.code",
        "upstream.address",
        "upstream.port",
        "cluster_name",
        "xds.route_name",
        "xds.virtual_host_name",
        "request.duration",
    ] {
        body += &read(&mut guest, path);
    }
    let (name, place) = (
        guest.text("x-upstream-address"),
        guest.text("upstream\0address"),
    );
    body += &format!(
        "(drop (call $property {place} (i32.const 0) (i32.const 4)))
         (drop (call $add (i32.const 2) {name} (call $p) (call $n)))"
    );
    guest.on(
        "response_headers",
        HEADERS,
        &format!("{body} (i32.const 0)"),
    );
    let upstream = Upstream::start();
    let proxy = with(&upstream, &guest.build(), "");
    let answer = get(proxy.address(), "/a?b", &[]);
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("x-upstream-address"),
        Some(upstream.address.to_string().as_str())
    );
}
