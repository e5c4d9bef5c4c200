//! Envoy.

use super::{Call, UPSTREAM_CONNECTIONS, path, quoted};
use crate::launch::Setup;
use crate::sandbox::Sandbox;
use crate::{ADDED, Filter, Plugin, StartError};

const TYPES: &str = "type.googleapis.com/envoy.extensions.filters";

pub(super) fn write(
    setup: &Setup<'_>,
    sandbox: &Sandbox,
    [port, admin]: [u16; 2],
) -> Result<Call, StartError> {
    let filter = match setup.filter {
        Filter::None => String::new(),
        Filter::Wasm(plugin) => wasm(plugin),
        Filter::Lua => lua(),
        Filter::Native => mutation(),
    };
    let file = sandbox.write(
        "envoy.yaml",
        format!(
            "static_resources:
  listeners:
  - name: web
    address: {{ socket_address: {{ address: 127.0.0.1, port_value: {port} }} }}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          \"@type\": {TYPES}.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: web
          codec_type: AUTO
          generate_request_id: false
          route_config:
            virtual_hosts:
            - name: all
              domains: [\"*\"]
              routes:
              - match: {{ prefix: / }}
                route: {{ cluster: up }}
          http_filters:
{filter}          - name: envoy.filters.http.router
            typed_config:
              \"@type\": {TYPES}.http.router.v3.Router
              suppress_envoy_headers: true
              dynamic_stats: false
  clusters:
  - name: up
    type: STATIC
    connect_timeout: 1s
    circuit_breakers: {{ thresholds: [ {{ max_connections: {UPSTREAM_CONNECTIONS}, max_pending_requests: 65536, max_requests: 65536 }} ] }}
    load_assignment:
      cluster_name: up
      endpoints:
      - lb_endpoints:
        - endpoint: {{ address: {{ socket_address: {{ address: {host}, port_value: {upstream} }} }} }}
admin:
  address: {{ socket_address: {{ address: 127.0.0.1, port_value: {admin} }} }}
",
            host = setup.upstream.ip(),
            upstream = setup.upstream.port(),
        ),
    )?;
    let arguments = [
        "--config-path",
        &file.to_string_lossy(),
        "--concurrency",
        &setup.workers.to_string(),
        "--disable-hot-restart",
        "--log-level",
        "error",
    ];
    Ok(Call {
        arguments: arguments.map(str::to_owned).to_vec(),
        environment: Vec::new(),
    })
}

fn wasm(plugin: &Plugin) -> String {
    format!(
        "          - name: envoy.filters.http.wasm
            typed_config:
              \"@type\": {TYPES}.http.wasm.v3.Wasm
              config:
                name: measured
                root_id: {root}
                vm_config:
                  vm_id: measured
                  runtime: envoy.wasm.runtime.v8
                  code: {{ local: {{ filename: {module} }} }}
                configuration: {{ \"@type\": type.googleapis.com/google.protobuf.StringValue, value: {configuration} }}
",
        root = quoted(&plugin.root_id),
        module = path(&plugin.module),
        configuration = quoted(&plugin.configuration),
    )
}

fn lua() -> String {
    let adds: Vec<String> = ADDED
        .iter()
        .map(|(name, value)| {
            format!(
                "                    headers:add({}, {})\n",
                quoted(name),
                quoted(value)
            )
        })
        .collect();
    format!(
        "          - name: envoy.filters.http.lua
            typed_config:
              \"@type\": {TYPES}.http.lua.v3.Lua
              default_source_code:
                inline_string: |
                  function envoy_on_response(handle)
                    local headers = handle:headers()
{}                  end
",
        adds.concat()
    )
}

fn mutation() -> String {
    let adds: Vec<String> = ADDED
        .iter()
        .map(|(name, value)| {
            format!(
                "                - append: {{ header: {{ key: {}, value: {} }}, append_action: APPEND_IF_EXISTS_OR_ADD }}\n",
                quoted(name),
                quoted(value)
            )
        })
        .collect();
    format!(
        "          - name: envoy.filters.http.header_mutation
            typed_config:
              \"@type\": {TYPES}.http.header_mutation.v3.HeaderMutation
              mutations:
                response_mutations:
{}",
        adds.concat()
    )
}
