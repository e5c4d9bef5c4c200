//! What workers share: waiting for VMs is seen, connections to upstreams are used again, and a
//! VM of a stream's own outlives it while its guest asks for more time.

use crate::filters::HEADERS;
use crate::protocols::{request, run, sender, text};
use crate::support::{Client, Guest, Upstream, filter, get, start, until, yaml};

fn adding() -> Vec<u8> {
    let mut guest = Guest::new();
    let (name, value) = (guest.text("x-added"), guest.text("1"));
    let body = format!("(drop (call $add (i32.const 2) {name} {value})) (i32.const 0)");
    guest.on("response_headers", HEADERS, &body);
    guest.build()
}

#[test]
fn waiting_for_a_shared_vm_is_on_the_admin_port() {
    let upstream = Upstream::start();
    for (isolation, shares) in [("shared", true), ("pool:2", true), ("thread", false)] {
        let filter = filter("f.wasm", &format!("    isolation: {isolation}\n"));
        let proxy = start(
            &yaml(upstream.address, &filter, ""),
            &[("f.wasm", &adding())],
        );
        for _ in 0..10 {
            let answer = get(proxy.address(), "/", &[]);
            assert_eq!(answer.header("x-added"), Some("1"), "{isolation}");
        }
        let vms: serde_json::Value = serde_json::from_str(&proxy.admin("/vms")).expect("JSON");
        let taken = vms[0]["locks"]["taken"].as_u64();
        assert_eq!(taken >= Some(10), shares, "{vms}");
        let metrics = proxy.admin("/metrics");
        let labels = format!("isolation=\"{isolation}\"");
        let lines = |name: &str| {
            let own = metrics.lines().filter(|line| line.starts_with(name));
            own.filter(|line| line.contains(&labels)).count()
        };
        assert_eq!(lines("pwbench_vm_lock_acquisitions_total{") > 0, shares);
        assert_eq!(lines("pwbench_vm_lock_wait_seconds_bucket{") > 5, shares);
    }
}

#[test]
fn each_worker_says_what_it_served() {
    let upstream = Upstream::start();
    let proxy = start(&yaml(upstream.address, "", ""), &[]);
    for _ in 0..12 {
        get(proxy.address(), "/", &[]);
    }
    let workers: serde_json::Value = serde_json::from_str(&proxy.admin("/workers")).expect("JSON");
    let workers = workers.as_array().expect("a list");
    let requests = workers
        .iter()
        .filter_map(|worker| worker["requests"].as_u64());
    assert_eq!((workers.len(), requests.sum::<u64>()), (2, 12));
    assert!(
        proxy
            .admin("/metrics")
            .contains("pwbench_worker_requests_total{worker=\"1\"}")
    );
}

#[test]
fn requests_one_after_the_other_use_one_connection_to_the_upstream() {
    let mut sees_bodies = Guest::new();
    sees_bodies.on("request_body", HEADERS, "(i32.const 0)");
    let module = sees_bodies.build();
    for filters in [String::new(), filter("f.wasm", "")] {
        let upstream = Upstream::start();
        let yaml = yaml(upstream.address, &filters, "").replace("workers: 2", "workers: 1");
        let proxy = start(&yaml, &[("f.wasm", &module)]);
        let mut client = Client::connect(proxy.address());
        for round in 0..50 {
            let answer = client.get("/", &[]).expect("an answer");
            assert_eq!(answer.status, 200, "{round}");
            for body in [
                "content-length: 1\r\n\r\nx",
                "transfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
            ] {
                client.write(format!("POST /echo HTTP/1.1\r\nhost: a\r\n{body}"));
                let told = client.answer().expect("an answer").text();
                assert!(told.ends_with("\n\nx"), "{round}: {told}");
            }
        }
        run(async {
            let stream = tokio::net::TcpStream::connect(proxy.address()).await;
            let mut sender = sender(stream.expect("connected")).await;
            for _ in 0..50 {
                let sent = sender.send_request(request("http://h.test/echo", "x"));
                let told = text(sent.await.expect("an answer")).await;
                assert!(told.ends_with("\n\nx"), "{told}");
            }
        });
        assert_eq!(proxy.stat("upstream_connections_total"), 1);
    }
}

#[test]
fn a_vm_of_a_streams_own_waits_for_what_its_guest_still_wants_to_do() {
    let mut guest = Guest::new();
    let late = guest.text("late");
    guest.on(
        "configure",
        "(param i32 i32) (result i32)",
        &format!(
            "(drop (call $define (i32.const 0) {late} (i32.const 16)))
             (drop (call $ticks (i32.const 20)))
             (i32.const 1)"
        ),
    );
    guest.on(
        "context_create",
        "(param i32 i32)",
        "(if (local.get 1) (then (i32.store (i32.const 20) (local.get 0))))",
    );
    // Not yet; the next tick is the end.
    guest.on(
        "done",
        "(param i32) (result i32)",
        "(i32.store (i32.const 24) (i32.const 1)) (i32.const 0)",
    );
    guest.on(
        "tick",
        "(param i32)",
        "(if (i32.load (i32.const 24)) (then
            (drop (call $effective (i32.load (i32.const 20))))
            (drop (call $finish))))",
    );
    guest.on(
        "delete",
        "(param i32)",
        "(drop (call $increment (i32.load (i32.const 16)) (i64.const 1)))",
    );
    let upstream = Upstream::start();
    let filter = filter("f.wasm", "    isolation: request\n");
    let proxy = start(
        &yaml(upstream.address, &filter, ""),
        &[("f.wasm", &guest.build())],
    );
    for _ in 0..5 {
        assert_eq!(get(proxy.address(), "/", &[]).status, 200);
    }
    until("the ends", || {
        proxy.admin("/metrics").contains("\nwasmcustom_late 5\n")
    });
}
