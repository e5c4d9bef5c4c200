//! Other people's Envoys: what is read of their files, and what is said of the rest.

use bench_proxy::Config;
use bench_proxy::config::ListenerKind;
use host_core::EngineOptions;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;

use crate::filters::adding;
use crate::protocols::{request, run, sender, text};
use crate::support::{Guest, Upstream, folder, get, start, until, yaml};
use crate::tls::{certificate, tls_client};

const EDGE: &str = include_str!("envoy/edge.yaml");

/// What is said of the file of an Envoy at the edge, whole and in order.
const NOTES: &[&str] = &[
    "line 2: node: is left out",
    "line 3: admin.access_log_path: is left out",
    "line 3: admin: has no address and is left out",
    "line 4: layered_runtime: is left out",
    "line 9: static_resources.listeners[0].listener_filters: is left out",
    "line 11: static_resources.listeners[0].filter_chains[0].filter_chain_match: is left out",
    "line 18: static_resources.listeners[0].filter_chains[0].transport_socket.typed_config.common_tls_context.alpn_protocols: is left out",
    "line 19: static_resources.listeners[0].filter_chains[0].transport_socket.typed_config.common_tls_context.tls_params: is left out",
    "line 20: static_resources.listeners[0].filter_chains[0].transport_socket.typed_config.common_tls_context.validation_context: is left out",
    "line 29: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.use_remote_address: is left out",
    "line 30: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.common_http_protocol_options.max_stream_duration: is left out",
    "line 31: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.http2_protocol_options.initial_stream_window_size: is left out",
    "line 37: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[0].require_tls: is left out",
    "line 39: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[0].routes[0].match: `headers` is not known, so its route is left out",
    "line 41: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[0].routes[1].match: `safe_regex` is not known, so its route is left out",
    "line 44: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[0].routes[2].route.weighted_clusters: is left out",
    "line 44: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[0].routes[2].route: names no `cluster` and is left out",
    "line 46: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[0].routes[3].route: is left out: there is no cluster `discovered` here",
    "line 47: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[0].routes[4]: has neither a route to a cluster nor a direct response and is left out",
    "line 48: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[0].routes[4].redirect: is left out",
    "line 50: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[0].routes[5].route.retry_policy: is left out",
    "line 52: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[1].domains[0]: matches no host here: exact names, `*.suffix` and `*` do",
    "line 55: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.route_config.virtual_hosts[1].routes[0].direct_response.body: is no `inline_string`, so its route is left out",
    "line 59: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.http_filters[0]: filter `envoy.filters.http.lua` is left out",
    "line 61: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.http_filters[1]: filter `switched-off` is disabled and left out",
    "line 70: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.http_filters[2].typed_config.shadow: is left out",
    "line 73: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.http_filters[2].typed_config.config.failure_policy: a VM is always built again here, and the stream that ended it fails",
    "line 74: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.http_filters[2].typed_config.config.capability_restriction_config: is left out",
    "line 77: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.http_filters[2].typed_config.config.vm_config.nack_on_code_cache_miss: is left out",
    "line 81: static_resources.listeners[1]: is left out: it has no HTTP connection manager and no TCP proxy that can be served",
    "line 87: static_resources.listeners[1].filter_chains[0].filters[0].typed_config: has no `route_config`: routes that come from elsewhere are not to be had",
    "line 89: static_resources.listeners[1].filter_chains[0].filters[0].typed_config.rds: is left out",
    "line 91: static_resources.listeners[2].address: is UDP and is left out with what it is the address of",
    "line 92: static_resources.listeners[2].udp_listener_config: is left out",
    "line 93: static_resources.listeners[3]: is left out: it has no HTTP connection manager and no TCP proxy that can be served",
    "line 100: static_resources.listeners[3].filter_chains[0].filters[0].typed_config.codec_type: HTTP/3 is not spoken",
    "line 102: static_resources.listeners[4].address: is no TCP socket and is left out with what it is the address of",
    "line 111: static_resources.listeners[5].filter_chains[0].transport_socket.typed_config.common_tls_context.tls_certificate_sds_secret_configs: is left out",
    "line 111: static_resources.listeners[5].filter_chains[0].transport_socket.typed_config.common_tls_context: has no `tls_certificates`, so its listener is left out",
    "line 117: static_resources.clusters[0].lb_policy: endpoints are used in turn, as they are written",
    "line 120: static_resources.clusters[0].circuit_breakers.thresholds[0]: is left out: all requests have one priority",
    "line 121: static_resources.clusters[0].circuit_breakers.thresholds[1].max_requests: is left out",
    "line 121: static_resources.clusters[0].circuit_breakers.thresholds[1].max_retries: is left out",
    "line 125: static_resources.clusters[0].load_assignment.endpoints[0].priority: is left out",
    "line 127: static_resources.clusters[0].load_assignment.endpoints[0].lb_endpoints[0].load_balancing_weight: is left out",
    "line 129: static_resources.clusters[0].load_assignment.endpoints[0].lb_endpoints[1].endpoint.address: is no TCP socket and is left out with what it is the address of",
    "line 130: static_resources.clusters[1]: is left out: it has no endpoints in this file",
    "line 132: static_resources.clusters[1].eds_cluster_config: is left out",
    "line 136: static_resources.clusters[2].transport_socket: names no file of certificates to trust, so its cluster is left out",
];

fn read(yaml: &str, files: &[(&str, &[u8])]) -> Result<Config, String> {
    let folder = folder(files);
    let file = folder.path().join("envoy.yaml");
    std::fs::write(&file, yaml).expect("written");
    Config::read(&file, None).map_err(|error| error.to_string())
}

#[test]
fn what_is_left_out_of_a_foreign_file_is_named_and_the_rest_is_served() {
    let upstream = Upstream::start();
    let (certificate, key) = certificate();
    let (add, mut trap) = (adding("x-in", "x-out"), Guest::new());
    trap.on("request_headers", crate::filters::HEADERS, "unreachable");
    let trap = trap.build();
    let files: &[(&str, &[u8])] = &[
        ("cert.pem", certificate.as_bytes()),
        ("key.pem", key.as_bytes()),
        ("add.wasm", &add),
        ("trap.wasm", &trap),
    ];
    let yaml = EDGE.replace("PORT", &upstream.address.port().to_string());
    let config = read(&yaml, files).unwrap_or_else(|error| panic!("{error}"));
    let notes: Vec<&str> = config.notes.iter().map(String::as_str).collect();
    assert_eq!(notes, NOTES, "{}", notes.join("\n"));

    assert_eq!(config.listeners.len(), 1);
    let ListenerKind::Http(http) = &config.listeners[0].kind else {
        panic!("an HTTP listener");
    };
    assert_eq!((http.filters.len(), http.limits.header_fields), (1, 50));
    assert_eq!(http.limits.concurrent_streams, 64);
    assert_eq!(
        http.hosts
            .iter()
            .map(|host| host.routes.len())
            .sum::<usize>(),
        2
    );
    assert_eq!(config.clusters.len(), 1);
    assert_eq!(config.clusters[0].max_connections, 500);

    let proxy = start(&yaml, files);
    run(async {
        let stream = TcpStream::connect(proxy.address())
            .await
            .expect("connected");
        let name = ServerName::try_from("localhost").expect("a name");
        let stream = tls_client(&certificate, b"h2").connect(name, stream).await;
        let mut sender = sender(stream.expect("TLS")).await;
        let mut ask = async |url: &str| {
            let response = sender
                .send_request(request(url, ""))
                .await
                .expect("an answer");
            (
                response.status().as_u16(),
                response.headers().clone(),
                text(response).await,
            )
        };
        let (status, headers, body) = ask("https://shop.example/echo").await;
        assert_eq!(status, 200);
        assert!(
            headers.contains_key("x-out") && body.contains("x-in: 1"),
            "{body}"
        );
        let (status, _, body) = ask("https://a.status.example/").await;
        assert_eq!((status, body.as_str()), (200, "fine\n"));
        assert_eq!(ask("https://elsewhere.example/").await.0, 404);
    });
}

#[test]
fn what_would_let_everybody_in_or_run_other_code_is_refused() {
    let (certificate, key) = certificate();
    let files: &[(&str, &[u8])] = &[
        ("cert.pem", certificate.as_bytes()),
        ("key.pem", key.as_bytes()),
        ("add.wasm", b""),
        ("trap.wasm", b""),
    ];
    let edge = EDGE.replace("PORT", "1");
    let mutual = edge.replace(
        "require_client_certificate: false",
        "require_client_certificate: true",
    );
    let error = read(&mutual, files).expect_err("refused");
    assert!(
        error.contains("envoy.yaml:16: static_resources.listeners[0].filter_chains[0].transport_socket.typed_config.require_client_certificate: clients' certificates are not asked for here"),
        "{error}"
    );
    let remote = edge.replace(
        "local: { filename: add.wasm }",
        "remote: { http_uri: { uri: 'https://x' } }",
    );
    let error = read(&remote, files).expect_err("refused");
    assert!(
        error.contains("only local files can be loaded; fetch the module"),
        "{error}"
    );
    let error = read(
        &edge.replace("filename: add.wasm", "filename: gone.wasm"),
        files,
    );
    let error = error.expect_err("refused");
    assert!(error.contains("there is no file"), "{error}");
}

#[test]
fn a_file_of_which_nothing_is_left_says_why() {
    let rds = "static_resources:
  listeners:
  - name: elsewhere
    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
    filter_chains:
    - filters:
      - typed_config:
          \"@type\": a.HttpConnectionManager
          rds: {}
";
    let error = read(rds, &[]).expect_err("refused");
    assert!(
        error.contains("no listener of it can be served here:")
            && error.contains("has no `route_config`"),
        "{error}"
    );
}

/// A service in each form, whose plugin counts its starts; `singleton` in the one form.
fn extensions(module: &str) -> String {
    format!(
        "
bootstrap_extensions:
- name: envoy.bootstrap.wasm
  typed_config:
    \"@type\": type.googleapis.com/udpa.type.v1.TypedStruct
    type_url: type.googleapis.com/envoy.extensions.wasm.v3.WasmService
    value:
      singleton: true
      config:
        name: one
        vm_config: {{ vm_id: one, code: {{ local: {{ filename: {module} }} }} }}
        configuration: {{ \"@type\": type.googleapis.com/google.protobuf.BytesValue, value: b25lLw== }}
- name: envoy.bootstrap.wasm
  typed_config:
    \"@type\": type.googleapis.com/envoy.extensions.wasm.v3.WasmService
    config:
      name: many
      vm_config: {{ vm_id: many, code: {{ local: {{ filename: {module} }} }} }}
- name: envoy.bootstrap.internal_listener
  typed_config: {{ \"@type\": type.googleapis.com/x.InternalListener }}
"
    )
}

#[test]
fn bytes_and_services_of_an_envoy_are_served() {
    let upstream = Upstream::start();
    let mut guest = Guest::new();
    let starts = guest.text("starts");
    guest.on(
        "vm_start",
        "(param i32 i32) (result i32)",
        &format!(
            "(drop (call $define (i32.const 0) {starts} (i32.const 12)))
             (drop (call $increment (i32.load (i32.const 12)) (i64.const 1))) (i32.const 1)"
        ),
    );
    let yaml = format!(
        "admin: {{ address: {{ socket_address: {{ address: 127.0.0.1, port_value: 0 }} }} }}
static_resources:
  listeners:
  - address: {{ socket_address: {{ address: 127.0.0.1, port_value: 0 }} }}
    filter_chains:
    - filters:
      - name: envoy.filters.network.tcp_proxy
        typed_config:
          \"@type\": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
          stat_prefix: bytes
          cluster: up
          idle_timeout: 7s
          access_log: []
  clusters:
  - name: up
    load_assignment:
      endpoints: [{{ lb_endpoints: [{{ endpoint: {{ address: {{ socket_address: {{ address: 127.0.0.1, port_value: {} }} }} }} }}] }}]
{}",
        upstream.address.port(),
        extensions("count.wasm")
    );
    let files: &[(&str, &[u8])] = &[("count.wasm", &guest.build())];
    let config = read(&yaml, files).unwrap_or_else(|error| panic!("{error}"));
    let ListenerKind::Tcp(tcp) = &config.listeners[0].kind else {
        panic!("a listener of bytes");
    };
    assert_eq!(tcp.idle, Some(std::time::Duration::from_secs(7)));
    let services: Vec<bool> = config
        .services
        .iter()
        .map(|service| service.singleton)
        .collect();
    assert_eq!(services, [true, false]);
    assert_eq!(config.services[0].plugin.configuration, b"one/");
    assert_eq!(
        config.notes,
        [
            "line 13: static_resources.listeners[0].filter_chains[0].filters[0].typed_config.access_log: is left out",
            "line 36: bootstrap_extensions[2]: filter `envoy.bootstrap.internal_listener` is left out",
        ]
    );
    let proxy = start(&yaml, files);
    assert_eq!(get(proxy.address(), "/echo", &[]).status, 200);
    // One of the singleton and one of each worker.
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    until("all services", || {
        let page = proxy.admin("/metrics");
        let line = page
            .lines()
            .find_map(|line| line.strip_prefix("wasmcustom_starts "));
        line.is_some_and(|count| count == (1 + workers).to_string())
    });
}

#[test]
fn an_artifact_is_loaded_where_that_is_allowed_and_refused_where_not() {
    let upstream = Upstream::start();
    let module = adding("x-in", "x-out");
    let engine =
        runtimes::open("wasmtime/cranelift-aot", EngineOptions::default()).expect("opened");
    let facts = std::sync::Arc::new(engine.inspect(&module).expect("a module"));
    let compiled = engine.compile(&module, &facts).expect("compiled");
    let artifact = compiled.serialize().expect("serialised");
    let precompiled = |allow: &str| {
        let filter = format!(
            "  - name: f
    vm_config: {{ runtime: wasmtime/cranelift-aot, {allow}code: {{ local: {{ filename: f.wasm }} }}, precompiled: {{ filename: f.cwasm }} }}
"
        );
        yaml(upstream.address, &filter, "")
    };
    let allowed = precompiled("allow_precompiled: true, ");
    let files: &[(&str, &[u8])] = &[("f.wasm", &module), ("f.cwasm", &artifact)];
    let proxy = start(&allowed, files);
    assert_eq!(get(proxy.address(), "/", &[]).header("x-out"), Some("1"));

    let error = read(&precompiled(""), files).expect_err("refused");
    assert!(
        error.contains("are not allowed here; set `allow_precompiled: true`"),
        "{error}"
    );

    // An artifact of another module is not run in place of this one, and a broken one not at all.
    let other = adding("x-other", "x-other");
    let mut broken = artifact.clone();
    let last = broken.len() - 1;
    broken[last] ^= 1;
    let cases: [&[(&str, &[u8])]; 2] = [
        &[("f.wasm", &other), ("f.cwasm", &artifact)],
        &[("f.wasm", &module), ("f.cwasm", &broken)],
    ];
    for files in cases {
        let folder = folder(files);
        let file = folder.path().join("proxy.yaml");
        std::fs::write(&file, &allowed).expect("written");
        let config = Config::read(&file, None).expect("read");
        let error = bench_proxy::Proxy::start(config).expect_err("refused");
        assert!(error.to_string().contains("artifact"), "{error}");
    }
}
