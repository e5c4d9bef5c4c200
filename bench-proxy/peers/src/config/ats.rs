//! Apache Traffic Server, as a plain process with a folder of its own as its root.

use std::path::Path;

use super::{Call, loopback, module, unsupported};
use crate::launch::Setup;
use crate::sandbox::Sandbox;
use crate::{ADDED, Filter, ProxyKind, StartError};

/// Files that it wants to be there.
const EMPTY: [&str; 8] = [
    "cache.config",
    "hosting.config",
    "parent.config",
    "socks.config",
    "splitdns.config",
    "ssl_multicert.config",
    "volume.config",
    "plugin.config",
];

pub(super) fn write(
    setup: &Setup<'_>,
    sandbox: &Sandbox,
    [port, _]: [u16; 2],
) -> Result<Call, StartError> {
    if setup.http2 {
        return Err(unsupported(
            ProxyKind::Ats,
            "it takes HTTP/2 over TLS alone",
            "leave --http2 or it out",
        ));
    }
    let root = sandbox.path().display();
    for folder in ["cache", "log", "run", "share", "etc/body_factory/default"] {
        sandbox.folder(folder)?;
    }
    for file in EMPTY {
        sandbox.write(&format!("etc/{file}"), "")?;
    }
    // Without a text for errors it refuses to start.
    sandbox.write(
        "etc/body_factory/default/.body_factory_info",
        "Content-Language: en\nContent-Charset: utf-8\n",
    )?;
    sandbox.write("etc/body_factory/default/default", "error\n")?;
    sandbox.write("etc/logging.yaml", "logging: {}\n")?;
    sandbox.write("etc/sni.yaml", "sni: []\n")?;
    sandbox.write("etc/storage.config", format!("{root}/cache 16M\n"))?;
    sandbox.write(
        "etc/ip_allow.yaml",
        "ip_allow:\n  - { apply: in, ip_addrs: 127.0.0.1, action: allow, methods: ALL }\n",
    )?;
    let plugins = match module(ProxyKind::Ats, "header_rewrite.so") {
        Ok(path) => path.parent().unwrap_or(Path::new("/")).to_path_buf(),
        Err(_) if *setup.filter == Filter::None => "/usr/lib/trafficserver/modules".into(),
        Err(error) => return Err(error),
    };
    let program = setup.program.path.parent().unwrap_or(Path::new("/usr/bin"));
    let runroot = sandbox.write(
        "runroot.yaml",
        format!(
            "prefix: {root}
exec_prefix: {root}
bindir: {bin}
sbindir: {bin}
sysconfdir: {root}/etc
datadir: {root}/share
includedir: /usr/include
libdir: {lib}
libexecdir: {plugins}
localstatedir: {root}
runtimedir: {root}/run
logdir: {root}/log
mandir: {root}/share
infodir: {root}/share
cachedir: {root}/cache
",
            bin = program.display(),
            lib = plugins.parent().unwrap_or(Path::new("/")).display(),
            plugins = plugins.display(),
        ),
    )?;
    sandbox.write("etc/records.config", records(setup, port))?;
    let remap = format!(
        "map / http://{}/{}\n",
        setup.upstream,
        filter(setup.filter, sandbox)?
    );
    sandbox.write("etc/remap.config", remap)?;
    Ok(Call {
        arguments: vec![format!("--run-root={}", runroot.display())],
        environment: vec![("TS_RUNROOT", runroot.to_string_lossy().into_owned())],
    })
}

fn records(setup: &Setup<'_>, port: u16) -> String {
    let listener = loopback(port);
    format!(
        "CONFIG proxy.config.http.server_ports STRING {port}:ip-in={ip}
CONFIG proxy.config.admin.user_id STRING #-1
CONFIG proxy.config.exec_thread.autoconfig INT 0
CONFIG proxy.config.exec_thread.limit INT {workers}
CONFIG proxy.config.exec_thread.affinity INT 0
CONFIG proxy.config.accept_threads INT 0
CONFIG proxy.config.task_threads INT 1
CONFIG proxy.config.http.cache.http INT 0
CONFIG proxy.config.log.logging_enabled INT 0
CONFIG proxy.config.url_remap.remap_required INT 1
CONFIG proxy.config.url_remap.pristine_host_hdr INT 1
CONFIG proxy.config.reverse_proxy.enabled INT 1
CONFIG proxy.config.http.insert_request_via_str INT 0
CONFIG proxy.config.http.insert_response_via_str INT 0
CONFIG proxy.config.http.insert_squid_x_forwarded_for INT 0
CONFIG proxy.config.http.insert_client_ip INT 0
CONFIG proxy.config.http.insert_age_in_response INT 0
CONFIG proxy.config.http.response_server_enabled INT 0
CONFIG proxy.config.http.server_session_sharing.pool STRING thread
CONFIG proxy.config.http.server_session_sharing.match STRING ip
CONFIG proxy.config.http.keep_alive_no_activity_timeout_in INT 600
CONFIG proxy.config.http.keep_alive_no_activity_timeout_out INT 600
CONFIG proxy.config.diags.debug.enabled INT 0
CONFIG proxy.config.ssl.client.CA.cert.filename STRING NULL
CONFIG proxy.config.crash_log_helper STRING NULL
",
        ip = listener.ip(),
        workers = setup.workers,
    )
}

/// What follows the upstream in the remap rule.
fn filter(filter: &Filter, sandbox: &Sandbox) -> Result<String, StartError> {
    match filter {
        Filter::None => Ok(String::new()),
        Filter::Native => {
            let adds: String = ADDED
                .iter()
                .map(|(name, value)| format!("  add-header {name} \"{value}\"\n"))
                .collect();
            let rules = format!("cond %{{SEND_RESPONSE_HDR_HOOK}}\n{adds}");
            let file = sandbox.write("etc/headers.config", rules)?;
            Ok(format!(
                " @plugin=header_rewrite.so @pparam={}",
                file.display()
            ))
        }
        Filter::Lua => {
            module(ProxyKind::Ats, "tslua.so")?;
            let adds: String = ADDED
                .iter()
                .map(|(name, value)| format!("  ts.client_response.header['{name}'] = '{value}'\n"))
                .collect();
            let script = format!(
                "function send_response()
{adds}  return 0
end
function do_remap()
  ts.hook(TS_LUA_HOOK_SEND_RESPONSE_HDR, send_response)
  return 0
end
"
            );
            let file = sandbox.write("etc/headers.lua", script)?;
            Ok(format!(" @plugin=tslua.so @pparam={}", file.display()))
        }
        Filter::Wasm(_) => Err(unsupported(
            ProxyKind::Ats,
            "its plugin for WebAssembly comes with version 10 only, built from source",
            "leave `wasm` out for it",
        )),
    }
}
