//! MOSN.

use serde_json::json;

use super::{Call, UPSTREAM_CONNECTIONS, loopback, unsupported};
use crate::launch::Setup;
use crate::sandbox::Sandbox;
use crate::{Filter, Plugin, ProxyKind, StartError};

/// How modules of ABI 0.2 say which one they want: by the name of an export.
const ABI: [&[u8]; 2] = [b"proxy_abi_version_0_2_1", b"proxy_abi_version_0_2_0"];
/// The one under which MOSN has the host functions of both.
const MOSN_ABI: &[u8] = b"proxy_abi_version_0_1_0";

pub(super) fn write(
    setup: &Setup<'_>,
    sandbox: &Sandbox,
    [port, admin]: [u16; 2],
) -> Result<Call, StartError> {
    let filters = match setup.filter {
        Filter::None => json!([]),
        Filter::Wasm(plugin) => json!([{ "type": "proxywasm", "config": {
            "instance_num": setup.workers,
            "vm_config": { "engine": "wazero", "path": module(plugin, sandbox)? },
        }}]),
        _ => {
            return Err(unsupported(
                ProxyKind::Mosn,
                "it has no such filter",
                "leave it out for it",
            ));
        }
    };
    let protocol = if setup.http2 { "Http2" } else { "Http1" };
    let configuration = json!({
        "servers": [{
            "default_log_path": sandbox.file("error.log"),
            // A callback that a module does not export is an error to it, in every request.
            "default_log_level": "FATAL",
            "processor": setup.workers,
            "graceful_timeout": "1s",
            "routers": [{
                "router_config_name": "all",
                "virtual_hosts": [{
                    "name": "all",
                    "domains": ["*"],
                    "routers": [{ "match": { "prefix": "/" }, "route": { "cluster_name": "up" } }],
                }],
            }],
            "listeners": [{
                "name": "web",
                "address": loopback(port),
                "bind_port": true,
                "filter_chains": [{ "filters": [{ "type": "proxy", "config": {
                    "downstream_protocol": protocol,
                    "upstream_protocol": "Http1",
                    "router_config_name": "all",
                }}]}],
                "stream_filters": filters,
            }],
        }],
        "cluster_manager": { "clusters": [{
            "name": "up",
            "type": "SIMPLE",
            "lb_type": "LB_ROUNDROBIN",
            "max_request_per_conn": 1_000_000_000,
            "conn_buffer_limit_bytes": 32_768,
            "circuit_breakers": [{ "max_connections": UPSTREAM_CONNECTIONS, "max_requests": 65_536 }],
            "hosts": [{ "address": setup.upstream }],
        }]},
        "admin": { "address": { "socket_address": { "address": "127.0.0.1", "port_value": admin } } },
        "pid": sandbox.file("mosn.pid"),
    });
    let file = sandbox.write("mosn.json", configuration.to_string())?;
    let arguments = [
        "start",
        "--config",
        &file.to_string_lossy(),
        "--log-level",
        "fatal",
    ];
    Ok(Call {
        arguments: arguments.map(str::to_owned).to_vec(),
        environment: Vec::new(),
    })
}

/// The module as MOSN takes it.
///
/// What it takes for ABI 0.2.0 has functions of other names (`proxy_resume_http_stream`, no
/// `proxy_add_header_map_value`); what it takes for 0.1.0 has those of 0.2.x and passes callbacks
/// the arguments of 0.2.x. So the mark that says which one a module wants is renamed in a copy,
/// and nothing else.
fn module(plugin: &Plugin, sandbox: &Sandbox) -> Result<String, StartError> {
    let bytes = std::fs::read(&plugin.module).map_err(|source| StartError::Folder {
        path: plugin.module.clone(),
        action: "read",
        source,
    })?;
    let file = sandbox.write("plugin.wasm", copy(bytes))?;
    Ok(file.to_string_lossy().into_owned())
}

/// A module's bytes with the mark that MOSN knows.
pub(crate) fn copy(mut bytes: Vec<u8>) -> Vec<u8> {
    let at = bytes
        .windows(MOSN_ABI.len())
        .position(|window| ABI.contains(&window));
    if let Some(at) = at {
        bytes[at..at + MOSN_ABI.len()].copy_from_slice(MOSN_ABI);
    }
    bytes
}
