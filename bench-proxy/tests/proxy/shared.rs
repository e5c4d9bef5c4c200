//! What plugins share: data, queues, metrics, services.

use crate::filters::HEADERS;
use crate::support::{Guest, Upstream, filter, get, start, until, yaml};

/// A service that counts what comes out of a queue, and ticks.
fn counting() -> Vec<u8> {
    let mut guest = Guest::new();
    let (queue, taken, ticks) = (
        guest.text("jobs"),
        guest.text("taken"),
        guest.text("ticks.total"),
    );
    let body = format!(
        "(drop (call $register {queue} (i32.const 8)))
         (drop (call $define (i32.const 0) {taken} (i32.const 12)))
         (drop (call $define (i32.const 0) {ticks} (i32.const 16)))
         (drop (call $ticks (i32.const 20)))
         (i32.const 1)"
    );
    guest.on("configure", "(param i32 i32) (result i32)", &body);
    guest.on(
        "queue_ready",
        "(param i32 i32)",
        "(if (i32.eqz (call $dequeue (local.get 1) (i32.const 0) (i32.const 4)))
            (then (drop (call $increment (i32.load (i32.const 12)) (i64.const 1)))))",
    );
    guest.on(
        "tick",
        "(param i32)",
        "(drop (call $increment (i32.load (i32.const 16)) (i64.const 1)))",
    );
    guest.build()
}

/// A filter that puts something into the queue for every request.
fn feeding() -> Vec<u8> {
    let mut guest = Guest::new();
    let (queue, item) = (guest.text("jobs"), guest.text("item"));
    let vm = guest.text("shared-vm");
    let body = format!(
        "(if (call $resolve {vm} {queue} (i32.const 8)) (then unreachable))
         (drop (call $enqueue (i32.load (i32.const 8)) {item}))
         (i32.const 0)"
    );
    guest.on("request_headers", HEADERS, &body);
    guest.build()
}

pub(crate) fn metric(page: &str, name: &str) -> u64 {
    let line = page
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.map_or(0, |value| value.parse().expect("a number"))
}

#[test]
fn a_service_takes_what_filters_of_all_workers_put_into_a_queue() {
    let upstream = Upstream::start();
    let yaml = yaml(upstream.address, &filter("feed.wasm", ""), "")
        + "wasm_services:
- singleton: true
  config:
    name: counter
    vm_config: { vm_id: shared-vm, code: { local: { filename: count.wasm } } }
";
    let proxy = start(
        &yaml,
        &[("feed.wasm", &feeding()), ("count.wasm", &counting())],
    );
    for _ in 0..40 {
        assert_eq!(get(proxy.address(), "/", &[]).status, 200);
    }
    until("all items", || {
        metric(&proxy.admin("/metrics"), "wasmcustom_taken") == 40
    });
    until("ticks", || {
        metric(&proxy.admin("/metrics"), "wasmcustom_ticks_total") > 5
    });
    let vms: serde_json::Value = serde_json::from_str(&proxy.admin("/vms")).expect("JSON");
    assert_eq!(
        (&vms[1]["plugin"], &vms[1]["started"]),
        (&"counter".into(), &1.into()),
        "{vms}"
    );
}

#[test]
fn a_service_that_traps_is_built_again_and_goes_on() {
    let mut guest = Guest::new();
    let ticks = guest.text("ticks");
    let body = format!(
        "(drop (call $define (i32.const 0) {ticks} (i32.const 16)))
         (drop (call $ticks (i32.const 20)))
         (i32.const 1)"
    );
    guest.on("configure", "(param i32 i32) (result i32)", &body);
    guest.on(
        "tick",
        "(param i32)",
        "(drop (call $increment (i32.load (i32.const 16)) (i64.const 1))) unreachable",
    );
    let upstream = Upstream::start();
    let yaml = yaml(upstream.address, "", "")
        + "wasm_services:
- singleton: true
  config: { name: fragile, vm_config: { code: { local: { filename: f.wasm } } } }
";
    let proxy = start(&yaml, &[("f.wasm", &guest.build())]);
    until("ticks", || {
        metric(&proxy.admin("/metrics"), "wasmcustom_ticks") > 3
    });
    assert_eq!(get(proxy.address(), "/", &[]).status, 200);
    let vms: serde_json::Value = serde_json::from_str(&proxy.admin("/vms")).expect("JSON");
    assert!(vms[0]["rebuilt"].as_u64() >= Some(3), "{vms}");
}

#[test]
fn data_is_shared_by_all_workers() {
    let mut guest = Guest::new();
    let (set, key) = (guest.has("x-set"), guest.text("key"));
    let (value, name) = (guest.text("known"), guest.text("x-value"));
    let body = format!(
        "(if {set} (then (drop (call $share {key} {value} (i32.const 0)))))
         (if (i32.eqz (call $shared {key} (i32.const 0) (i32.const 4) (i32.const 8))) (then
            (drop (call $add (i32.const 0) {name} (call $p) (call $n)))))
         (i32.const 0)"
    );
    guest.on("request_headers", HEADERS, &body);
    let upstream = Upstream::start();
    let proxy = start(
        &yaml(upstream.address, &filter("f.wasm", ""), "").replace("workers: 2", "workers: 4"),
        &[("f.wasm", &guest.build())],
    );
    assert!(
        !get(proxy.address(), "/echo", &[])
            .text()
            .contains("x-value")
    );
    get(proxy.address(), "/echo", &[("x-set", "1")]);
    for _ in 0..20 {
        assert!(
            get(proxy.address(), "/echo", &[])
                .text()
                .contains("x-value: known\n")
        );
    }
}

#[test]
fn the_admin_port_has_its_pages() {
    let upstream = Upstream::start();
    let proxy = start(&yaml(upstream.address, "", ""), &[]);
    get(proxy.address(), "/status/404", &[]);
    let metrics = proxy.admin("/metrics");
    assert_eq!(
        metric(&metrics, "pwbench_downstream_responses_4xx_total"),
        1,
        "{metrics}"
    );
    assert!(metrics.contains("# TYPE pwbench_downstream_responses_4xx_total counter\n"));
    let json: serde_json::Value =
        serde_json::from_str(&proxy.admin("/stats?format=json")).expect("JSON");
    assert_eq!(json["downstream_requests_total"], 1);
    assert_eq!(proxy.admin("/ready"), "LIVE\n");
    let admin = proxy.proxy.admin().expect("an admin port");
    assert_eq!(get(admin, "/nothing", &[]).status, 404);
}
