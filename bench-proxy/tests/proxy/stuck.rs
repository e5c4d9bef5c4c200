//! Requests of an HTTP/2 connection that are stuck beside others that move, and slow ones.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use h2::client::SendRequest;
use h2::{Reason, RecvStream};
use http::{Request, Response};
use tokio::time::sleep;

use crate::filters::HEADERS;
use crate::protocols::run;
use crate::support::{Guest, Running, Upstream, filter, start, until, yaml};

const IDLE: Duration = Duration::from_secs(1);

/// A filter that sees bodies, and whose metric `open` is how many streams have not ended.
fn counting() -> Vec<u8> {
    let mut guest = Guest::new();
    let name = guest.text("open");
    let body = format!("(drop (call $define (i32.const 1) {name} (i32.const 16))) (i32.const 1)");
    guest.on("configure", "(param i32 i32) (result i32)", &body);
    let count = |number: i64| {
        format!("(drop (call $increment (i32.load (i32.const 16)) (i64.const {number})))")
    };
    let body = format!("{} (i32.const 0)", count(1));
    guest.on("request_headers", HEADERS, &body);
    guest.on("delete", "(param i32)", &count(-1));
    for side in ["request_body", "response_body"] {
        guest.on(side, HEADERS, "(i32.const 0)");
    }
    guest.build()
}

/// Runs `test` with and without a filter, in front of either kind of upstream.
fn each(test: impl Fn(&Running)) {
    let module = counting();
    let upstream = Upstream::start();
    for filters in [String::new(), filter("f.wasm", "")] {
        for cluster in ["", "  http2: true\n"] {
            let listener = "  timeouts: { stream_idle: 1s }\n";
            let yaml = yaml(upstream.address, &filters, listener) + cluster;
            let proxy = start(&yaml, &[("f.wasm", &module)]);
            test(&proxy);
            until("the end of all requests", || {
                let ended = proxy.stat("downstream_requests_ended_total");
                ended == proxy.stat("downstream_requests_total")
            });
            if !filters.is_empty() {
                until("the end of all contexts", || {
                    proxy.admin("/metrics").contains("\nwasmcustom_open 0\n")
                });
            }
        }
    }
}

/// A client of one connection, whose streams may take `window` bytes each unasked.
async fn client(address: SocketAddr, window: u32) -> SendRequest<Bytes> {
    let stream = tokio::net::TcpStream::connect(address).await;
    let (sender, connection) = h2::client::Builder::new()
        .initial_window_size(window)
        .handshake(stream.expect("connected"))
        .await
        .expect("a handshake");
    tokio::spawn(connection);
    sender
}

fn request(path: &str) -> Request<()> {
    let uri = format!("http://h.test{path}");
    Request::post(uri).body(()).expect("valid")
}

/// Makes short requests until `stuck` ends, and some after it.
async fn beside<T>(mut client: SendRequest<Bytes>, stuck: impl Future<Output = T>) -> T {
    let mut stuck = std::pin::pin!(stuck);
    let mut ended = None;
    let (mut before, mut after) = (0, 0);
    while after < 5 {
        let (answer, _) = client
            .send_request(request("/status/204"), true)
            .expect("still connected");
        assert_eq!(answer.await.expect("an answer").status(), 204);
        if ended.is_some() {
            after += 1;
            continue;
        }
        before += 1;
        assert!(before < 1000, "it never ended");
        tokio::select! {
            end = &mut stuck => ended = Some(end),
            () = sleep(Duration::from_millis(20)) => {}
        }
    }
    ended.expect("it ended")
}

/// Reads a body until its end, pausing between its pieces while `slow` holds of how many bytes
/// have come; how long it was.
async fn read(
    answer: Response<RecvStream>,
    slow: impl Fn(usize) -> bool,
) -> Result<usize, h2::Error> {
    let mut body = answer.into_body();
    let mut length = 0;
    while let Some(data) = body.data().await {
        let data = data?;
        length += data.len();
        if slow(length) {
            sleep(IDLE / 10).await;
        }
        body.flow_control().release_capacity(data.len())?;
    }
    Ok(length)
}

fn assert_reset(proxy: &Running, error: &h2::Error) {
    assert!(error.is_reset() && error.is_remote(), "{error}");
    assert_eq!(error.reason(), Some(Reason::CANCEL));
    assert_eq!(proxy.stat("downstream_resets_total"), 1);
    assert_eq!(proxy.stat("downstream_connections_total"), 1);
    assert_eq!(proxy.stat("downstream_connections_active"), 1);
}

#[test]
fn a_stream_whose_client_takes_nothing_is_reset_and_those_beside_it_go_on() {
    each(|proxy| {
        run(async {
            let mut client = client(proxy.address(), 0).await;
            let (answer, _) = client.send_request(request("/large"), true).expect("sent");
            let answer = answer.await.expect("an answer");
            let error = beside(client, read(answer, |_| false)).await;
            assert_reset(proxy, &error.expect_err("nothing was taken"));
        });
        // Its own upstream's is closed, and only the one of the others is left.
        until("the end of the exchange", || {
            proxy.stat("upstream_connections_active") <= 1
        });
    });
}

#[test]
fn a_stream_whose_request_stops_halfway_is_reset_and_those_beside_it_go_on() {
    each(|proxy| {
        run(async {
            let mut client = client(proxy.address(), 1 << 16).await;
            let (answer, mut body) = client.send_request(request("/echo"), false).expect("sent");
            body.send_data("half".into(), false).expect("sent");
            let error = beside(client, answer).await;
            assert_reset(proxy, &error.expect_err("no answer"));
        });
    });
}

#[test]
fn a_stream_that_stops_both_ways_is_reset_and_those_beside_it_go_on() {
    each(|proxy| {
        run(async {
            let mut client = client(proxy.address(), 1 << 16).await;
            let (answer, mut body) = client.send_request(request("/half"), false).expect("sent");
            body.send_data("half".into(), false).expect("sent");
            let answer = answer.await.expect("an answer");
            let error = beside(client, read(answer, |_| false)).await;
            assert_reset(proxy, &error.expect_err("no end"));
        });
    });
}

#[test]
fn a_request_that_has_its_whole_answer_is_not_waited_for() {
    each(|proxy| {
        run(async {
            let mut client = client(proxy.address(), 1 << 16).await;
            let (answer, mut body) = client.send_request(request("/early"), false).expect("sent");
            body.send_data("half".into(), false).expect("sent");
            let length = read(answer.await.expect("an answer"), |_| false).await;
            assert_eq!(length.expect("all of it"), 6);
            let reason = std::future::poll_fn(|context| body.poll_reset(context)).await;
            assert_eq!(reason.expect("still connected"), Reason::NO_ERROR);
            assert_eq!(proxy.stat("downstream_resets_total"), 0);
        });
    });
}

#[test]
fn a_slow_upload_is_not_ended_while_it_moves() {
    each(|proxy| {
        run(async {
            let mut client = client(proxy.address(), 1 << 16).await;
            let (answer, mut body) = client.send_request(request("/echo"), false).expect("sent");
            for _ in 0..12 {
                sleep(IDLE / 5).await;
                body.send_data("x".into(), false).expect("sent");
            }
            body.send_data("x".into(), true).expect("sent");
            assert_eq!(answer.await.expect("an answer").status(), 200);
            assert_eq!(proxy.stat("downstream_resets_total"), 0);
        });
    });
}

#[test]
fn a_slow_download_is_not_ended_while_it_moves() {
    each(|proxy| {
        run(async {
            let mut client = client(proxy.address(), 4 << 10).await;
            let sent = client.send_request(request("/large"), true);
            let answer = sent.expect("sent").0.await.expect("an answer");
            // Much longer than the limit, amid what the proxy has long had from the upstream.
            let slow = |length| (64 << 10..160 << 10).contains(&length);
            assert_eq!(read(answer, slow).await.expect("all of it"), 256 << 10);
            assert_eq!(proxy.stat("downstream_resets_total"), 0);
        });
    });
}
