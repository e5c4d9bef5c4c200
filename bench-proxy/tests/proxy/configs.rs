//! Whole configurations, ours and Envoy's.

use bench_proxy::Config;

use crate::filters::adding;
use crate::support::{Upstream, folder, get, prebuilt, start};

fn refused(yaml: &str) -> String {
    let folder = folder(&[("f.wasm", b"")]);
    let file = folder.path().join("p.yaml");
    std::fs::write(&file, yaml).expect("written");
    let error = Config::read(&file, None).expect_err("refused").to_string();
    error
        .split("p.yaml:")
        .nth(1)
        .expect("the file's name")
        .to_owned()
}

const GOOD: &str = "listeners:
- address: 127.0.0.1:0
  routes: [{ match: { prefix: / }, route: { cluster: up } }]
  http_filters:
  - name: a
    vm_config:
      runtime: wasmtime/cranelift
      code: { local: { filename: f.wasm } }
    isolation: thread
clusters:
- { name: up, endpoints: ['127.0.0.1:1'] }
";

#[test]
fn errors_name_the_line_the_field_and_the_remedy() {
    for (wrong, right, error) in [
        (
            "prefix: /",
            "prefx: /",
            "3: listeners[0].routes[0].match.prefx: there is no such field; use one of prefix, path",
        ),
        (
            "cluster: up",
            "cluster: upp",
            "3: listeners[0].routes[0].route.cluster: there is no cluster `upp`; name one of up",
        ),
        (
            "127.0.0.1:0",
            "here:80",
            "2: listeners[0].address: `here` is no IP address; give",
        ),
        (
            "127.0.0.1:0",
            "8080",
            "2: listeners[0].address: `8080` has no host and port; write",
        ),
        (
            "filename: f.wasm",
            "filename: g.wasm",
            "8: listeners[0].http_filters[0].vm_config.code.local.filename: there is no file",
        ),
        (
            "filename: f.wasm",
            "",
            "8: listeners[0].http_filters[0].vm_config.code.local",
        ),
        (
            "wasmtime/cranelift",
            "wasmtime/craneleft",
            "7: listeners[0].http_filters[0].vm_config.runtime: there is no runtime `wasmtime/craneleft`; did you mean wasmtime/cranelift?",
        ),
        (
            "wasmtime/cranelift",
            "wasmi",
            "7: listeners[0].http_filters[0].vm_config.runtime: `wasmi` may be several runtimes; name one of wasmi/eager",
        ),
        (
            "isolation: thread",
            "isolation: alone",
            "9: listeners[0].http_filters[0].isolation: unknown isolation \"alone\"; use shared",
        ),
        (
            "isolation: thread",
            "limits: { deadline: 5 }",
            "9: listeners[0].http_filters[0].limits.deadline: `5` is no time; write",
        ),
        (
            "isolation: thread",
            "limits: { memory: 1MB }",
            "9: listeners[0].http_filters[0].limits.memory: `1MB` is no size",
        ),
        (
            "isolation: thread",
            "fail_open: maybe",
            "9: listeners[0].http_filters[0].fail_open: a text stands here; give true or false",
        ),
        (
            "['127.0.0.1:1']",
            "[]",
            "11: clusters[0]: it has no endpoints; give",
        ),
        (
            "name: up,",
            "",
            "11: clusters[0]: `name` is missing; give `name`",
        ),
    ] {
        let text = refused(&GOOD.replace(wrong, right));
        assert!(text.starts_with(error), "{text}\n  instead of\n{error}");
    }
    assert!(
        refused("listeners: [").contains("is not YAML"),
        "{}",
        refused("listeners: [")
    );
    assert!(refused("workers: 1\n").contains("it has no listener; give one"));
}

const ENVOY: &str = r#"
admin: { access_log_path: /dev/null, address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
static_resources:
  listeners:
  - name: main
    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: ingress
          codec_type: AUTO
          access_log: [{ name: envoy.access_loggers.stdout }]
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: { prefix: "/" }
                route: { cluster: up, timeout: 3s, retry_policy: { num_retries: 1 } }
          http_filters:
          - name: envoy.filters.http.wasm
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm
              config:
                name: first
                root_id: header-rewrite
                fail_open: true
                vm_config:
                  vm_id: one
                  runtime: envoy.wasm.runtime.wasmtime
                  allow_precompiled: true
                  code: { local: { filename: rewrite.wasm } }
                  environment_variables: { key_values: { A: b } }
                configuration:
                  "@type": type.googleapis.com/google.protobuf.StringValue
                  value: |
                    { "rules": [{ "on": "response", "op": "add", "name": "x-string", "value": "1" }] }
          - name: envoy.filters.http.wasm
            typed_config:
              "@type": type.googleapis.com/udpa.type.v1.TypedStruct
              type_url: type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm
              value:
                config:
                  name: second
                  root_id: header-rewrite
                  vm_config:
                    runtime: envoy.wasm.runtime.unheard_of
                    code: { local: { filename: rewrite.wasm } }
                  configuration:
                    "@type": type.googleapis.com/google.protobuf.Struct
                    value: { rules: [{ "on": response, op: add, name: x-struct, value: "1" }] }
          - name: envoy.filters.http.lua
            typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua }
          - name: envoy.filters.http.router
            typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
  clusters:
  - name: up
    type: STRICT_DNS
    connect_timeout: 1s
    lb_policy: ROUND_ROBIN
    health_checks: []
    load_assignment:
      cluster_name: up
      endpoints:
      - lb_endpoints:
        - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: PORT } } }
"#;

#[test]
fn an_envoys_own_file_is_served_and_what_is_left_out_is_said() {
    let upstream = Upstream::start();
    let yaml = ENVOY.replace("PORT", &upstream.address.port().to_string());
    let module = std::fs::read(prebuilt("header-rewrite.wasm")).expect("read");
    let files: &[(&str, &[u8])] = &[("rewrite.wasm", &module)];
    let read = folder(files);
    let file = read.path().join("envoy.yaml");
    std::fs::write(&file, &yaml).expect("written");
    let config = Config::read(&file, None).unwrap_or_else(|error| panic!("{error}"));
    let notes = config.notes.join("\n");
    for note in [
        "access_log: is left out",
        "retry_policy: is left out",
        "health_checks: is left out",
        "filter `envoy.filters.http.lua` is left out",
        "access_log_path: is left out",
        "`envoy.wasm.runtime.unheard_of` is not built in, so wasmtime/cranelift runs this plugin",
    ] {
        assert!(notes.contains(note), "{note} is not in\n{notes}");
    }
    assert_eq!(config.notes.len(), 6, "{notes}");
    let proxy = start(&yaml, files);
    let answer = get(proxy.address(), "/", &[]);
    assert_eq!(
        (answer.header("x-string"), answer.header("x-struct")),
        (Some("1"), Some("1"))
    );
}

#[test]
fn environment_and_both_configurations_reach_the_plugin() {
    let folder = folder(&[("f.wasm", &adding("a", "b"))]);
    let file = folder.path().join("p.yaml");
    let yaml = GOOD
        .replace("      runtime: wasmtime/cranelift\n", "      configuration: 'vm text'\n      environment_variables: { host_env_keys: [CARGO_MANIFEST_DIR, NOT_THERE], key_values: { A: 1 } }\n")
        .replace("    isolation: thread", "    configuration: { list: [1, a], flag: true }");
    std::fs::write(&file, yaml).expect("written");
    let config = Config::read(&file, Some("wasmi/eager")).unwrap_or_else(|error| panic!("{error}"));
    let bench_proxy::config::ListenerKind::Http(http) = &config.listeners[0].kind else {
        panic!("an HTTP listener");
    };
    let plugin = &http.filters[0];
    assert_eq!(plugin.runtime, "wasmi/eager");
    assert_eq!(plugin.vm_configuration, b"vm text");
    assert_eq!(plugin.configuration, br#"{"flag":true,"list":[1,"a"]}"#);
    assert_eq!(plugin.environment.len(), 2);
    assert_eq!(plugin.environment[1], ("A".to_owned(), "1".to_owned()));
}
