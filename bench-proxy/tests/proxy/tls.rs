//! TLS, on either side.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Version};
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;

use crate::protocols::{request, run, sender, text};
use crate::support::{Upstream, start, yaml};

/// A certificate for `localhost` and its key.
pub(crate) fn certificate() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("made");
    (made.cert.pem(), made.signing_key.serialize_pem())
}

pub(crate) fn tls_client(certificate: &str, protocol: &[u8]) -> tokio_rustls::TlsConnector {
    use rustls::pki_types::pem::PemObject as _;
    let mut roots = RootCertStore::empty();
    let certificate = rustls::pki_types::CertificateDer::from_pem_slice(certificate.as_bytes());
    roots
        .add(certificate.expect("a certificate"))
        .expect("trusted");
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
    let files: &[(&str, &[u8])] = &[
        ("cert.pem", certificate.as_bytes()),
        ("key.pem", key.as_bytes()),
    ];
    let inner = start(&yaml(upstream.address, "", tls), files);
    for http2 in [false, true] {
        // A second proxy speaks TLS to the first.
        let cluster =
            format!("  http2: {http2}\n  tls: {{ trusted_ca: cert.pem, sni: localhost }}\n");
        let outer = start(&(yaml(inner.address(), "", tls) + &cluster), files);
        run(async {
            let stream = TcpStream::connect(outer.address())
                .await
                .expect("connected");
            let name = ServerName::try_from("localhost").expect("a name");
            let stream = tls_client(&certificate, b"h2")
                .connect(name.clone(), stream)
                .await
                .expect("TLS");
            let mut sender = sender(stream).await;
            let response = sender
                .send_request(request("https://localhost/echo", "secret"))
                .await;
            let answer = text(response.expect("an answer")).await;
            assert!(answer.ends_with("\n\nsecret"), "{answer}");
            let stream = TcpStream::connect(outer.address())
                .await
                .expect("connected");
            let stream = tls_client(&certificate, b"http/1.1")
                .connect(name, stream)
                .await
                .expect("TLS");
            let (mut sender, connection) =
                hyper::client::conn::http1::handshake(TokioIo::new(stream))
                    .await
                    .expect("a handshake");
            tokio::spawn(connection);
            let request = Request::get("/")
                .header("host", "localhost")
                .body(Full::<Bytes>::default());
            let response = sender
                .send_request(request.expect("valid"))
                .await
                .expect("an answer");
            assert_eq!(
                (response.status().as_u16(), response.version()),
                (200, Version::HTTP_11)
            );
        });
        // What is no TLS gets nowhere and harms nobody.
        let mut client = crate::support::Client::connect(outer.address());
        client.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
        assert_eq!(client.answer(), None);
    }
}
