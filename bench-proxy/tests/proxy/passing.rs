//! Requests without filters.

use std::io::Write as _;
use std::sync::atomic::Ordering;

use crate::filters::adding;
use crate::support::{Client, Upstream, filter, get, send, start, until, yaml};

#[test]
fn requests_and_answers_pass_with_their_fields_and_bodies() {
    let upstream = Upstream::start();
    let proxy = start(&yaml(upstream.address, "", ""), &[]);
    let answer = get(proxy.address(), "/any?q", &[]);
    assert_eq!((answer.status, answer.text().as_str()), (200, "hello\n"));
    assert_eq!(answer.header("x-upstream"), Some("yes"));
    let answer = send(
        proxy.address(),
        "/echo?a=1",
        &[("x-mine", "1")],
        b"the body",
    );
    let text = answer.text();
    assert!(text.starts_with("POST /echo?a=1 HTTP/1.1\n"), "{text}");
    assert!(
        text.contains("x-mine: 1\n") && text.contains("host: test\n"),
        "{text}"
    );
    assert!(text.ends_with("\n\nthe body"), "{text}");
    let mut client = Client::connect(proxy.address());
    client.write("HEAD /any HTTP/1.1\r\nhost: a\r\n\r\n");
    client.write("GET /status/404 HTTP/1.1\r\nhost: a\r\n\r\n");
    let length = client.read_head();
    assert_eq!(length.as_deref(), Some("6"));
    assert_eq!(client.answer().expect("the second answer").status, 404);
}

#[test]
fn chunked_bodies_and_trailers_pass_both_ways() {
    let upstream = Upstream::start();
    let proxy = start(&yaml(upstream.address, "", ""), &[]);
    let mut client = Client::connect(proxy.address());
    client.write("POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
    client.write("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    let text = client.answer().expect("an answer").text();
    assert!(text.ends_with("\n\nabcde"), "{text}");
    let answer = client.get("/stream", &[]).expect("an answer");
    assert_eq!(answer.text(), "one two three");
    let answer = client
        .get("/trailers", &[("te", "trailers")])
        .expect("an answer");
    assert_eq!(answer.text(), "body");
    assert_eq!(answer.trailers, [("x-trailer".to_owned(), "t".to_owned())]);
}

#[test]
fn connections_are_kept_on_both_sides() {
    let upstream = Upstream::start();
    let proxy = start(&yaml(upstream.address, "", ""), &[]);
    let mut client = Client::connect(proxy.address());
    for _ in 0..50 {
        assert_eq!(client.get("/", &[]).expect("an answer").status, 200);
    }
    assert_eq!(upstream.connections.load(Ordering::Relaxed), 1);
    assert_eq!(proxy.stat("downstream_requests_total"), 50);
    assert_eq!(proxy.stat("downstream_connections_total"), 1);
}

#[test]
fn connections_to_the_upstream_are_kept_however_its_answers_end() {
    let upstream = Upstream::start();
    let filters = ["".to_owned(), filter("f.wasm", "")];
    for (filters, known) in filters.iter().zip(1..) {
        let module = adding("x-to-upstream", "x-to-client");
        let proxy = start(&yaml(upstream.address, filters, ""), &[("f.wasm", &module)]);
        let mut client = Client::connect(proxy.address());
        for fields in [&[][..], &[("te", "trailers")]] {
            for path in ["/", "/status/404", "/stream", "/trailers", "/trailers", "/"] {
                client.get(path, fields).expect("an answer");
            }
        }
        assert_eq!(upstream.connections.load(Ordering::Relaxed), known);
    }
}

#[test]
fn fields_of_one_connection_stay_there() {
    let upstream = Upstream::start();
    let proxy = start(&yaml(upstream.address, "", ""), &[]);
    let fields = [
        ("connection", "x-hop, keep-alive"),
        ("x-hop", "1"),
        ("keep-alive", "9"),
    ];
    let text = get(proxy.address(), "/echo", &fields).text();
    assert!(
        !text.contains("x-hop") && !text.contains("keep-alive"),
        "{text}"
    );
}

#[test]
fn an_upstream_that_is_gone_gives_503_and_serves_again_when_it_is_back() {
    let mut upstream = Upstream::start();
    let proxy = start(&yaml(upstream.address, "", ""), &[]);
    let mut client = Client::connect(proxy.address());
    assert_eq!(client.get("/", &[]).expect("an answer").status, 200);
    upstream.kill();
    until("503", || {
        client.get("/", &[]).expect("an answer").status == 503
    });
    assert_eq!(client.get("/", &[]).expect("an answer").status, 503);
    let back = Upstream::at(upstream.address);
    assert_eq!(client.get("/", &[]).expect("an answer").status, 200);
    assert!(proxy.stat("upstream_connect_failures_total") > 0);
    drop(back);
}

#[test]
fn an_upstream_that_breaks_off_ends_the_answer_visibly() {
    let upstream = Upstream::start();
    let proxy = start(&yaml(upstream.address, "", ""), &[]);
    let mut client = Client::connect(proxy.address());
    client.write("GET /broken HTTP/1.1\r\nhost: a\r\n\r\n");
    assert_eq!(client.answer(), None);
    assert_eq!(get(proxy.address(), "/", &[]).status, 200);
}

#[test]
fn an_answer_that_takes_too_long_is_504() {
    let upstream = Upstream::start();
    let yaml = yaml(upstream.address, "", "").replace("timeout: 5s", "timeout: 100ms");
    let proxy = start(&yaml, &[]);
    assert_eq!(get(proxy.address(), "/never", &[]).status, 504);
    assert_eq!(proxy.stat("upstream_timeouts_total"), 1);
    assert_eq!(get(proxy.address(), "/", &[]).status, 200);
}

#[test]
fn routes_choose_by_host_and_path() {
    let upstream = Upstream::start();
    let yaml = format!(
        "listeners:
- address: 127.0.0.1:0
  virtual_hosts:
  - {{ domains: [other.test], routes: [{{ match: {{ prefix: / }}, direct_response: {{ status: 403, body: no }} }}] }}
  - domains: ['*']
    routes:
    - {{ match: {{ path: /own }}, direct_response: {{ status: 201, body: mine }} }}
    - {{ match: {{ prefix: /api }}, route: {{ cluster: up }} }}
clusters:
- {{ name: up, endpoints: ['{}'] }}
",
        upstream.address
    );
    let proxy = start(&yaml, &[]);
    let own = get(proxy.address(), "/own?x", &[]);
    assert_eq!((own.status, own.text().as_str()), (201, "mine"));
    assert_eq!(get(proxy.address(), "/api/x", &[]).status, 200);
    assert_eq!(get(proxy.address(), "/else", &[]).status, 404);
    let mut client = Client::connect(proxy.address());
    client.write("GET /api HTTP/1.1\r\nhost: other.test:80\r\n\r\n");
    assert_eq!(client.answer().expect("an answer").status, 403);
}

#[test]
fn draining_lets_requests_finish_and_accepts_no_more() {
    let upstream = Upstream::start();
    let proxy = start(&yaml(upstream.address, "", ""), &[]);
    let (address, admin) = (proxy.address(), proxy.proxy.admin().expect("an admin port"));
    let mut idle = Client::connect(address);
    assert_eq!(idle.get("/", &[]).expect("an answer").status, 200);
    let mut busy = Client::connect(address);
    busy.write("GET /slow HTTP/1.1\r\nhost: a\r\n\r\n");
    until("the request", || {
        proxy.stat("downstream_requests_total") == 2
    });
    let drained = std::thread::spawn(move || proxy.proxy.drain());
    until("draining", || get(admin, "/ready", &[]).status == 503);
    assert!(idle.is_closed());
    assert_eq!(
        busy.answer().expect("the answer that was asked for").status,
        200
    );
    assert!(busy.is_closed());
    assert!(drained.join().expect("drained"), "everything ended in time");
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[test]
fn curl_agrees() {
    let upstream = Upstream::start();
    let proxy = start(&yaml(upstream.address, "", ""), &[]);
    let url = format!("http://{}/echo", proxy.address());
    let run = std::process::Command::new("curl")
        .args(["-sS", "--http1.1", "-d", "hello", &url])
        .output();
    match run {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(
                text.contains("POST /echo") && text.ends_with("\n\nhello"),
                "{text}"
            );
        }
        Err(error) => {
            let _ = writeln!(std::io::stdout(), "skipped: curl does not run: {error}");
        }
    }
}
