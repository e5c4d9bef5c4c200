//! Our own proxy.

use super::{Call, UPSTREAM_CONNECTIONS, path, quoted};
use crate::launch::Setup;
use crate::sandbox::Sandbox;
use crate::{Filter, Plugin, StartError};

pub(super) fn write(
    setup: &Setup<'_>,
    sandbox: &Sandbox,
    [port, admin]: [u16; 2],
) -> Result<Call, StartError> {
    let filters = match setup.filter {
        Filter::Wasm(plugin) => plugin_yaml(plugin),
        _ => String::new(),
    };
    let file = sandbox.write(
        "proxy.yaml",
        format!(
            "workers: {workers}
admin: {{ address: \"127.0.0.1:{admin}\" }}
log_level: error
drain_timeout: 1s
listeners:
- name: web
  address: \"127.0.0.1:{port}\"
  routes: [{{ match: {{ prefix: / }}, route: {{ cluster: up }} }}]
{filters}clusters:
- name: up
  endpoints: [\"{upstream}\"]
  max_connections: {UPSTREAM_CONNECTIONS}
",
            workers = setup.workers,
            upstream = setup.upstream,
        ),
    )?;
    Ok(Call {
        arguments: vec![
            "serve".to_owned(),
            "--config".to_owned(),
            file.to_string_lossy().into_owned(),
        ],
        environment: Vec::new(),
    })
}

fn plugin_yaml(plugin: &Plugin) -> String {
    format!(
        "  http_filters:
  - name: measured
    root_id: {root}
    isolation: {isolation}
    vm_config:
      vm_id: measured
      runtime: {runtime}
      code: {{ local: {{ filename: {module} }} }}
    configuration: {configuration}
",
        root = quoted(&plugin.root_id),
        isolation = quoted(&plugin.isolation),
        runtime = quoted(&plugin.runtime),
        module = path(&plugin.module),
        configuration = quoted(&plugin.configuration),
    )
}
