//! Clients that do not mean well, or are just slow.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use crate::protocols::{request, run, sender};
use crate::support::{Client, Upstream, get, start, until, yaml};

const LIMITS: &str = "  limits: { header_bytes: 8KiB, header_fields: 20, request_body: 1KiB }
  timeouts: { idle: 300ms, request: 300ms, stream_idle: 2s }
";

#[test]
fn headers_over_the_limits_are_431() {
    let upstream = Upstream::start();
    let proxy = start(&yaml(upstream.address, "", LIMITS), &[]);
    let long = "x".repeat(9 << 10);
    assert_eq!(get(proxy.address(), "/", &[("x-long", &long)]).status, 431);
    let many: Vec<_> = (0..30).map(|_| ("x-many", "1")).collect();
    assert_eq!(get(proxy.address(), "/", &many).status, 431);
    run(async {
        let stream = tokio::net::TcpStream::connect(proxy.address()).await;
        let mut sender = sender(stream.expect("connected")).await;
        for (fields, status) in [(30, 431), (5, 200), (21, 431), (19, 200)] {
            let mut request = request("http://h.test/", "");
            for number in 0..fields {
                let name = format!("x-{number}").parse::<http::HeaderName>();
                let value = http::HeaderValue::from_static("1");
                request.headers_mut().insert(name.expect("a name"), value);
            }
            let answer = sender.send_request(request).await.expect("an answer");
            assert_eq!(answer.status().as_u16(), status, "{fields}");
        }
    });
    assert_eq!(get(proxy.address(), "/", &[]).status, 200);
}

#[test]
fn bodies_over_the_limit_are_413_whether_announced_or_not() {
    let upstream = Upstream::start();
    let proxy = start(&yaml(upstream.address, "", LIMITS), &[]);
    let mut client = Client::connect(proxy.address());
    client.write("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 2000\r\n\r\n");
    assert_eq!(client.answer().expect("an answer").status, 413);
    let mut client = Client::connect(proxy.address());
    client.write("POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
    client.write(format!("7d0\r\n{}\r\n", "x".repeat(2000)));
    assert_eq!(client.answer().expect("an answer").status, 413);
    assert_eq!(proxy.stat("downstream_requests_too_large_total"), 2);
}

#[test]
fn an_idle_http2_connection_is_told_to_go_away_before_it_is_closed() {
    const GOAWAY: u8 = 7;
    let upstream = Upstream::start();
    let proxy = start(&yaml(upstream.address, "", LIMITS), &[]);
    let mut stream = std::net::TcpStream::connect(proxy.address()).expect("connected");
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    stream
        .write_all(&[&preface[..], &settings].concat())
        .expect("sent");
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .expect("set");
    let mut bytes = Vec::new();
    // Its pings are not answered: a reset of the connection is an end like any other.
    let _ = stream.read_to_end(&mut bytes);
    let (mut kinds, mut rest) = (Vec::new(), &bytes[..]);
    while let [high, middle, low, kind, ..] = *rest {
        kinds.push(kind);
        let length = u32::from_be_bytes([0, high, middle, low]) as usize;
        rest = rest.get(9 + length..).unwrap_or_default();
    }
    assert!(kinds.contains(&GOAWAY), "frames of kinds {kinds:?}");
    until("the end", || {
        proxy.stat("downstream_connections_active") == 0
    });
    assert_eq!(proxy.stat("downstream_connections_idle_closed_total"), 1);
}

#[test]
fn what_is_not_http_is_refused() {
    let upstream = Upstream::start();
    let proxy = start(&yaml(upstream.address, "", ""), &[]);
    for bytes in [
        "nonsense\r\n\r\n",
        "GET / HTTP/1.1\r\nbad name: x\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
    ] {
        let mut client = Client::connect(proxy.address());
        client.write(bytes);
        let answer = client.answer();
        assert!(
            answer.as_ref().is_none_or(|answer| answer.status == 400),
            "{answer:?}"
        );
    }
    let mut client = Client::connect(proxy.address());
    client.write("CONNECT a:443 HTTP/1.1\r\nhost: a:443\r\n\r\n");
    assert_eq!(client.answer().expect("an answer").status, 405);
    assert_eq!(get(proxy.address(), "/", &[]).status, 200);
}

#[test]
fn clients_that_never_finish_their_header_are_closed() {
    let upstream = Upstream::start();
    let proxy = start(&yaml(upstream.address, "", LIMITS), &[]);
    let mut silent = Client::connect(proxy.address());
    let mut slow = Client::connect(proxy.address());
    for _ in 0..20 {
        // Once it is closed the kernel refuses; a byte now and then must not keep it open.
        let _ = slow.stream.write_all(b"GET");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(silent.is_closed());
    until("the close", || slow.stream.write_all(b"x").is_err());
}

#[test]
fn a_body_that_does_not_come_is_408() {
    let upstream = Upstream::start();
    let proxy = start(&yaml(upstream.address, "", LIMITS), &[]);
    let mut client = Client::connect(proxy.address());
    client.write("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc");
    assert_eq!(client.answer().expect("an answer").status, 408);
    assert_eq!(proxy.stat("downstream_request_timeouts_total"), 1);
}

#[test]
fn a_slow_client_gets_its_answer_and_holds_nobody_up() {
    let upstream = Upstream::start();
    let proxy = start(&yaml(upstream.address, "", ""), &[]);
    let mut slow = Client::connect(proxy.address());
    slow.write("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 20\r\n\r\n");
    for _ in 0..20 {
        slow.write("x");
        assert_eq!(get(proxy.address(), "/", &[]).status, 200);
    }
    assert!(
        slow.answer()
            .expect("an answer")
            .text()
            .ends_with(&"x".repeat(20))
    );
}

#[test]
fn a_client_that_resets_amid_its_body_leaves_nothing_behind() {
    let upstream = Upstream::start();
    let proxy = start(&yaml(upstream.address, "", ""), &[]);
    for _ in 0..20 {
        let mut client = Client::connect(proxy.address());
        client.write("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nabc");
        socket2::SockRef::from(&client.stream)
            .set_linger(Some(Duration::ZERO))
            .expect("set");
    }
    until("the end of all requests", || {
        proxy.stat("downstream_requests_ended_total") == proxy.stat("downstream_requests_total")
            && proxy.stat("downstream_connections_active") == 0
    });
    assert_eq!(get(proxy.address(), "/", &[]).status, 200);
}

#[test]
fn a_client_that_stops_amid_its_body_after_its_answer_holds_nobody_up() {
    let upstream = Upstream::start();
    let proxy = start(&yaml(upstream.address, "", ""), &[]);
    let mut stuck = Vec::new();
    for _ in 0..4 {
        let mut client = Client::connect(proxy.address());
        client.write("POST /early HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nabc");
        assert_eq!(client.answer().expect("an answer").status, 200);
        stuck.push(client);
        assert_eq!(get(proxy.address(), "/", &[]).status, 200);
    }
}

#[test]
fn a_client_that_leaves_while_it_waits_ends_its_request() {
    let upstream = Upstream::start();
    let proxy = start(&yaml(upstream.address, "", ""), &[]);
    let mut sent = 0;
    for reset in [false, true] {
        for request in ["GET /never HTTP/1.1\r\nhost: a\r\n\r\n", TWO] {
            let mut client = Client::connect(proxy.address());
            client.write(request);
            sent += 1;
            until("the request", || {
                proxy.stat("upstream_requests_total") == sent
            });
            if reset {
                socket2::SockRef::from(&client.stream)
                    .set_linger(Some(Duration::ZERO))
                    .expect("set");
            }
            drop(client);
            until("its end", || {
                proxy.stat("downstream_requests_ended_total") == sent
                    && proxy.stat("downstream_connections_active") == 0
            });
        }
    }
    // Nobody waits for the upstream's answers any more.
    until("the end of its connections", || {
        proxy.stat("upstream_connections_active") == 0
    });
}

/// A request that gets no answer and one that waits behind it.
const TWO: &str = "GET /never HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n";

#[test]
fn requests_that_come_at_once_are_answered_in_turn() {
    let upstream = Upstream::start();
    let proxy = start(&yaml(upstream.address, "", ""), &[]);
    let mut client = Client::connect(proxy.address());
    client.write("GET /status/201 HTTP/1.1\r\nhost: a\r\n\r\n".repeat(20));
    for _ in 0..20 {
        assert_eq!(client.answer().expect("an answer").status, 201);
    }
}
