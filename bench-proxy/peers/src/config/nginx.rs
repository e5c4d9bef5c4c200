//! nginx.

use super::{Call, UPSTREAM_CONNECTIONS, module, unsupported};
use crate::launch::Setup;
use crate::sandbox::Sandbox;
use crate::{ADDED, Filter, ProxyKind, StartError};

pub(super) fn write(
    setup: &Setup<'_>,
    sandbox: &Sandbox,
    [port, _]: [u16; 2],
) -> Result<Call, StartError> {
    let (modules, filter) = match setup.filter {
        Filter::None => (String::new(), String::new()),
        Filter::Native => (String::new(), native()),
        Filter::Lua => (lua_modules()?, lua()),
        Filter::Wasm(_) => {
            return Err(unsupported(
                ProxyKind::Nginx,
                "it runs no plugins",
                "leave `wasm` out for it",
            ));
        }
    };
    let temporary: Vec<String> = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|name| format!("  {name}_temp_path {};\n", sandbox.file(name).display()))
        .collect();
    let file = sandbox.write(
        "nginx.conf",
        format!(
            "daemon off;
master_process on;
{user}worker_processes {workers};
{modules}pid {pid};
error_log {log} warn;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  keepalive_timeout 600s;
  keepalive_requests 100000000;
{packages}{temporary}  upstream up {{
    server {upstream};
    keepalive {UPSTREAM_CONNECTIONS};
    keepalive_requests 100000000;
    keepalive_timeout 600s;
  }}
  server {{
    listen 127.0.0.1:{port}{http2} backlog=4096;
    location / {{
      proxy_pass http://up;
      proxy_http_version 1.1;
      proxy_set_header Connection \"\";
      proxy_set_header Host $http_host;
{filter}    }}
  }}
}}
",
            // Workers must be able to write into the folder, which is its owner's alone.
            user = if rustix::process::geteuid().is_root() {
                "user root;\n"
            } else {
                ""
            },
            workers = setup.workers,
            pid = sandbox.file("nginx.pid").display(),
            log = sandbox.file("error.log").display(),
            packages = match setup.filter {
                Filter::Lua => "  lua_package_path \"/usr/share/lua/5.1/?.lua;;\";\n",
                _ => "",
            },
            temporary = temporary.concat(),
            upstream = setup.upstream,
            http2 = if setup.http2 { " http2" } else { "" },
        ),
    )?;
    let folder = format!("{}/", sandbox.path().display());
    let arguments = [
        "-p",
        &folder,
        "-c",
        &file.to_string_lossy(),
        "-e",
        "error.log",
    ];
    Ok(Call {
        arguments: arguments.map(str::to_owned).to_vec(),
        environment: Vec::new(),
    })
}

fn native() -> String {
    let adds = ADDED
        .iter()
        .map(|(name, value)| format!("      add_header {name} \"{value}\" always;\n"));
    adds.collect()
}

fn lua() -> String {
    let adds: Vec<String> = ADDED
        .iter()
        .map(|(name, value)| format!("        ngx.header[\"{name}\"] = \"{value}\"\n"))
        .collect();
    format!(
        "      header_filter_by_lua_block {{\n{}      }}\n",
        adds.concat()
    )
}

/// The module for Lua needs the development kit loaded before it, where that is a module too.
fn lua_modules() -> Result<String, StartError> {
    let lua = module(ProxyKind::Nginx, "ngx_http_lua_module.so")?;
    let kit = crate::find::module(ProxyKind::Nginx, "ndk_http_module.so");
    let loads = kit.into_iter().chain([lua]);
    Ok(loads
        .map(|path| format!("load_module {};\n", path.display()))
        .collect())
}
