//! HTTP/2, on either side.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::filters::adding;
use crate::support::{Upstream, filter, send, start, yaml};

pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(work)
}

pub(crate) async fn sender<T>(stream: T) -> http2::SendRequest<Full<Bytes>>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .expect("a handshake");
    tokio::spawn(connection);
    sender
}

pub(crate) fn request(uri: &str, body: &'static str) -> Request<Full<Bytes>> {
    Request::post(uri).body(Full::from(body)).expect("valid")
}

pub(crate) async fn text(response: Response<Incoming>) -> String {
    let body = response.into_body().collect().await.expect("a body");
    String::from_utf8_lossy(&body.to_bytes()).into_owned()
}

async fn plain(address: SocketAddr) -> http2::SendRequest<Full<Bytes>> {
    sender(TcpStream::connect(address).await.expect("connected")).await
}

#[test]
fn http2_is_served_to_who_begins_with_it() {
    let upstream = Upstream::start();
    let module = adding("x-req", "x-res");
    for filters in [String::new(), filter("f.wasm", "")] {
        let proxy = start(
            &yaml(upstream.address, &filters, ""),
            &[("f.wasm", &module)],
        );
        run(async {
            let mut sender = plain(proxy.address()).await;
            // Several at once on one connection.
            let sent: Vec<_> = (0..20)
                .map(|_| sender.send_request(request("http://h.test/echo", "two")))
                .collect();
            for response in sent {
                let response = response.await.expect("an answer");
                assert_eq!(response.version(), Version::HTTP_2);
                assert_eq!(
                    response.headers().contains_key("x-res"),
                    !filters.is_empty()
                );
                let told = text(response).await;
                assert!(told.starts_with("POST /echo HTTP/1.1\n"), "{told}");
                assert!(
                    told.contains("host: h.test\n") && told.ends_with("\n\ntwo"),
                    "{told}"
                );
            }
        });
        // And HTTP/1.1 on the same port.
        assert_eq!(send(proxy.address(), "/", &[], b"x").status, 200);
    }
}

#[test]
fn http2_is_spoken_to_clusters_that_want_it() {
    let upstream = Upstream::start();
    let module = adding("x-req", "x-res");
    for filters in [String::new(), filter("f.wasm", "")] {
        let yaml = yaml(upstream.address, &filters, "") + "  http2: true\n";
        let proxy = start(&yaml, &[("f.wasm", &module)]);
        let answer = send(proxy.address(), "/echo?q", &[], b"one");
        let told = answer.text();
        assert!(
            told.starts_with("POST http://test/echo?q HTTP/2.0\n"),
            "{told}"
        );
        assert!(told.ends_with("\n\none"), "{told}");
        let trailers = crate::support::get(proxy.address(), "/trailers", &[("te", "trailers")]);
        assert_eq!(trailers.trailers.len(), 1);
        let told = run(async {
            let mut sender = plain(proxy.address()).await;
            text(
                sender
                    .send_request(request("http://h.test/echo", "two"))
                    .await
                    .expect("an answer"),
            )
            .await
        });
        assert!(
            told.starts_with("POST http://h.test/echo HTTP/2.0\n"),
            "{told}"
        );
    }
}
