//! HTTP/2 and TLS, on either side.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::filters::adding;
use crate::support::{Upstream, filter, send, start, yaml};

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(work)
}

async fn sender<T>(stream: T) -> http2::SendRequest<Full<Bytes>>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .expect("a handshake");
    tokio::spawn(connection);
    sender
}

fn request(uri: &str, body: &'static str) -> Request<Full<Bytes>> {
    Request::post(uri).body(Full::from(body)).expect("valid")
}

async fn text(response: Response<Incoming>) -> String {
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
        let proxy = start(&yaml(upstream.address, &filters, ""), &[("f.wasm", &module)]);
        run(async {
            let mut sender = plain(proxy.address()).await;
            // Several at once on one connection.
            let sent: Vec<_> = (0..20)
                .map(|_| sender.send_request(request("http://h.test/echo", "two")))
                .collect();
            for response in sent {
                let response = response.await.expect("an answer");
                assert_eq!(response.version(), Version::HTTP_2);
                assert_eq!(response.headers().contains_key("x-res"), !filters.is_empty());
                let text = text(response).await;
                assert!(text.starts_with("POST /echo HTTP/1.1\n"), "{text}");
                assert!(text.contains("host: h.test\n") && text.ends_with("\n\ntwo"), "{text}");
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
        let text = answer.text();
        assert!(text.starts_with("POST http://test/echo?q HTTP/2.0\n"), "{text}");
        assert!(text.ends_with("\n\none"), "{text}");
        let trailers = crate::support::get(proxy.address(), "/trailers", &[("te", "trailers")]);
        assert_eq!(trailers.trailers.len(), 1);
        let text = run(async {
            let mut sender = plain(proxy.address()).await;
            text(sender.send_request(request("http://h.test/echo", "two")).await.expect("an answer")).await
        });
        assert!(text.starts_with("POST http://h.test/echo HTTP/2.0\n"), "{text}");
    }
}

/// A certificate for `localhost` and its key.
fn certificate() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("made");
    (made.cert.pem(), made.signing_key.serialize_pem())
}

fn tls_client(certificate: &str, protocol: &[u8]) -> tokio_rustls::TlsConnector {
    use rustls::pki_types::pem::PemObject as _;
    let mut roots = RootCertStore::empty();
    let certificate = rustls::pki_types::CertificateDer::from_pem_slice(certificate.as_bytes());
    roots.add(certificate.expect("a certificate")).expect("trusted");
    let mut config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    Arc::new(config).into()
}

#[test]
fn tls_serves_the_protocol_that_was_agreed_on_and_reaches_tls_clusters() {
    let upstream = Upstream::start();
    let (certificate, key) = certificate();
    let tls = "  tls: { certificate_chain: cert.pem, private_key: key.pem }\n";
    let files: &[(&str, &[u8])] = &[("cert.pem", certificate.as_bytes()), ("key.pem", key.as_bytes())];
    let inner = start(&yaml(upstream.address, "", tls), files);
    for http2 in [false, true] {
        // A second proxy speaks TLS to the first.
        let cluster = format!("  http2: {http2}\n  tls: {{ trusted_ca: cert.pem, sni: localhost }}\n");
        let outer = start(&(yaml(inner.address(), "", tls) + &cluster), files);
        run(async {
            let stream = TcpStream::connect(outer.address()).await.expect("connected");
            let name = ServerName::try_from("localhost").expect("a name");
            let stream = tls_client(&certificate, b"h2").connect(name.clone(), stream).await.expect("TLS");
            let mut sender = sender(stream).await;
            let response = sender.send_request(request("https://localhost/echo", "secret")).await;
            let text = text(response.expect("an answer")).await;
            assert!(text.ends_with("\n\nsecret"), "{text}");
            let stream = TcpStream::connect(outer.address()).await.expect("connected");
            let stream = tls_client(&certificate, b"http/1.1").connect(name, stream).await.expect("TLS");
            let (mut sender, connection) =
                hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("a handshake");
            tokio::spawn(connection);
            let request = Request::get("/").header("host", "localhost").body(Full::<Bytes>::default());
            let response = sender.send_request(request.expect("valid")).await.expect("an answer");
            assert_eq!((response.status().as_u16(), response.version()), (200, Version::HTTP_11));
        });
        // What is no TLS gets nowhere and harms nobody.
        let mut client = crate::support::Client::connect(outer.address());
        client.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
        assert_eq!(client.answer(), None);
    }
}
