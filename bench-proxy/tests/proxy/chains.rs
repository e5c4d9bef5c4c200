//! Several filters, and who shares their VMs.

use crate::filters::{HEADERS, adding};
use crate::support::{Guest, Upstream, filter, get, start, yaml};

/// A filter that puts its mark at the end of header `x-way`, of requests and of responses.
fn marking(mark: &str) -> Vec<u8> {
    let mut guest = Guest::new();
    let (name, mark) = (guest.text("x-way"), guest.text(mark));
    for (side, map) in [("request", 0), ("response", 2)] {
        let body = format!("(drop (call $add (i32.const {map}) {name} {mark})) (i32.const 0)");
        guest.on(&format!("{side}_headers"), HEADERS, &body);
    }
    guest.build()
}

#[test]
fn requests_pass_filters_in_order_and_responses_in_the_opposite_one() {
    let upstream = Upstream::start();
    let filters = filter("a.wasm", "") + &filter("b.wasm", "") + &filter("c.wasm", "");
    let proxy = start(
        &yaml(upstream.address, &filters, ""),
        &[
            ("a.wasm", &marking("a")),
            ("b.wasm", &marking("b")),
            ("c.wasm", &marking("c")),
        ],
    );
    let answer = get(proxy.address(), "/echo", &[]);
    let text = answer.text();
    let sent: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("x-way: "))
        .collect();
    assert_eq!(sent, ["a", "b", "c"], "{text}");
    let came: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| name == "x-way")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(came, ["c", "b", "a"]);
}

#[test]
fn an_answer_of_a_filter_passes_those_between_it_and_the_client() {
    let upstream = Upstream::start();
    let mut guest = Guest::new();
    let (why, body, fields) = (
        guest.text("no"),
        guest.text("denied"),
        guest.fields(&[("x-own", "1")]),
    );
    let body = format!(
        "(drop (call $answer (i32.const 401) {why} {body} {fields} (i32.const -1))) (i32.const 1)"
    );
    guest.on("request_headers", HEADERS, &body);
    let filters = filter("a.wasm", "") + &filter("deny.wasm", "") + &filter("c.wasm", "");
    let proxy = start(
        &yaml(upstream.address, &filters, ""),
        &[
            ("a.wasm", &adding("x-a", "x-a")),
            ("deny.wasm", &guest.build()),
            ("c.wasm", &adding("x-c", "x-c")),
        ],
    );
    let answer = get(proxy.address(), "/", &[]);
    assert_eq!((answer.status, answer.text().as_str()), (401, "denied"));
    assert_eq!(answer.header("x-own"), Some("1"));
    assert_eq!(answer.header("x-a"), Some("1"), "nearer to the client");
    assert_eq!(
        answer.header("x-c"),
        None,
        "beyond the filter that answered"
    );
    assert_eq!(proxy.stat("upstream_requests_total"), 0);
}

#[test]
fn every_isolation_serves_and_has_the_vms_it_should() {
    let upstream = Upstream::start();
    for (isolation, started) in [("shared", 1), ("thread", 2), ("pool:3", 3), ("request", 20)] {
        let filter = filter("f.wasm", &format!("    isolation: {isolation}\n"));
        let module = adding("x-req", "x-res");
        let proxy = start(&yaml(upstream.address, &filter, ""), &[("f.wasm", &module)]);
        for _ in 0..20 {
            let answer = get(proxy.address(), "/echo", &[]);
            assert_eq!(answer.header("x-res"), Some("1"), "{isolation}");
            assert!(answer.text().contains("x-req: 1\n"), "{isolation}");
        }
        let vms: serde_json::Value = serde_json::from_str(&proxy.admin("/vms")).expect("JSON");
        assert_eq!(vms[0]["isolation"], isolation);
        assert_eq!(vms[0]["started"], started, "{vms}");
        assert_eq!(
            (&vms[0]["rebuilt"], &vms[0]["traps"]),
            (&0.into(), &0.into())
        );
    }
}
