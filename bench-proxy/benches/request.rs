//! One request after the other through a proxy with one worker, on one connection: without a
//! filter, with one that adds two headers, and with one that rewrites headers by its rules.
//! Client and upstream are in the times too, so the differences between rows are what counts.
#![allow(missing_docs)]

use std::net::SocketAddr;
use std::path::Path;

use bench_proxy::{Config, Proxy};
use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use load::{Upstream, UpstreamPlan};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use workloads::{Exchange, Workload};

/// A client with one connection.
struct Client {
    runtime: Runtime,
    sender: SendRequest<Empty<Bytes>>,
    request: Request<Empty<Bytes>>,
}

impl Client {
    fn connect(address: SocketAddr, exchange: &Exchange) -> Self {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let sender = runtime.block_on(async {
            let stream = TcpStream::connect(address).await.expect("connected");
            stream.set_nodelay(true).expect("set");
            let (sender, connection) = handshake(TokioIo::new(stream)).await.expect("HTTP/1.1");
            tokio::spawn(connection);
            sender
        });
        let mut request = Request::builder()
            .method(exchange.request.method.as_str())
            .uri(&exchange.request.path)
            .header("host", &exchange.request.authority);
        for (name, value) in &exchange.request.headers {
            request = request.header(name, value);
        }
        Self {
            runtime,
            sender,
            request: request.body(Empty::new()).expect("a request"),
        }
    }

    /// Sends the request and reads the whole answer.
    fn ask(&mut self) -> Response<Bytes> {
        let request = self.request.clone();
        self.runtime.block_on(async {
            self.sender.ready().await.expect("still connected");
            let answer = self.sender.send_request(request).await.expect("an answer");
            let (head, body) = answer.into_parts();
            let body = body.collect().await.expect("a whole answer").to_bytes();
            Response::from_parts(head, body)
        })
    }
}

/// A filter's module and what the listener says of it.
struct Filter<'a> {
    module: &'a [u8],
    workload: &'a Workload,
}

fn proxy(folder: &Path, upstream: SocketAddr, filter: Option<&Filter<'_>>) -> Proxy {
    let filters = filter.map_or_else(String::new, |filter| {
        std::fs::write(folder.join("filter.wasm"), filter.module).expect("written");
        let configuration: serde_json::Value =
            serde_json::from_slice(&filter.workload.configuration).expect("JSON");
        format!(
            "  http_filters:\n  - name: filter\n    root_id: {}\n    configuration: {configuration}\n    \
             vm_config: {{ runtime: wasmtime/cranelift, code: {{ local: {{ filename: filter.wasm }} }} }}\n",
            filter.workload.root_id
        )
    });
    let text = format!(
        "workers: 1\n\
         listeners:\n\
         - name: web\n  \
           address: 127.0.0.1:0\n  \
           routes:\n  \
           - match: {{ prefix: / }}\n    \
             route: {{ cluster: up, timeout: 5s }}\n\
         {filters}\
         clusters:\n\
         - name: up\n  \
           endpoints: [\"{upstream}\"]\n"
    );
    let file = folder.join("proxy.yaml");
    let config = Config::parse(&text, &file, None).unwrap_or_else(|error| panic!("{error}"));
    Proxy::start(config).unwrap_or_else(|error| panic!("{error}"))
}

fn requests(criterion: &mut Criterion) {
    let rewriting = workloads::find("header-rewrite").expect("a workload");
    let adding = workloads::find_variant("add-headers", "rust-raw").expect("a variant");
    let exchange = rewriting
        .exchanges
        .iter()
        .find(|exchange| exchange.request.method == "GET" && exchange.request.body.is_empty())
        .expect("a request without a body");
    let upstream = Upstream::start(&UpstreamPlan {
        exchanges: vec![exchange.clone()],
        ..UpstreamPlan::default()
    })
    .unwrap_or_else(|error| panic!("{error}"));
    let rows = [
        ("no filter", None),
        ("add-headers", Some(&adding)),
        ("header-rewrite", Some(&rewriting)),
    ];
    let mut group = criterion.benchmark_group("a request through the proxy");
    let mut plain = None;
    for (name, workload) in rows {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let filter = workload.map(|workload| Filter {
            module: &workload.module,
            workload,
        });
        let proxy = proxy(folder.path(), upstream.address(), filter.as_ref());
        let mut client = Client::connect(proxy.addresses()[0], exchange);
        let answer = client.ask();
        assert_eq!(answer.status().as_u16(), exchange.response.status);
        assert_eq!(answer.body(), &exchange.response.body[..]);
        // A filter that does nothing would be timed as a fast one.
        match &plain {
            None => plain = Some(answer.headers().clone()),
            Some(plain) => assert_ne!(answer.headers(), plain, "{name} changes the headers"),
        }
        group.bench_function(name, |bencher| bencher.iter(|| client.ask()));
    }
    group.finish();
}

criterion_group!(benches, requests);
criterion_main!(benches);
