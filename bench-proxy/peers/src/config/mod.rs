//! The configuration that each proxy is given: the same work in its own words.

mod ats;
mod bench;
mod envoy;
mod mosn;
mod nginx;

pub(crate) use mosn::copy as mosn_copy;

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::launch::Setup;
use crate::sandbox::Sandbox;
use crate::{ProxyKind, StartError};

/// Connections to the upstream that each worker may keep.
const UPSTREAM_CONNECTIONS: u32 = 1_024;

/// How a proxy is called.
pub(crate) struct Call {
    pub(crate) arguments: Vec<String>,
    pub(crate) environment: Vec<(&'static str, String)>,
}

/// Writes the configuration and says how to call the program with it. `ports` are two that
/// are free: the listener's and the administration's.
pub(crate) fn write(
    setup: &Setup<'_>,
    sandbox: &Sandbox,
    ports: [u16; 2],
) -> Result<Call, StartError> {
    match setup.kind {
        ProxyKind::Bench => bench::write(setup, sandbox, ports),
        ProxyKind::Envoy => envoy::write(setup, sandbox, ports),
        ProxyKind::Nginx => nginx::write(setup, sandbox, ports),
        ProxyKind::Ats => ats::write(setup, sandbox, ports),
        ProxyKind::Mosn => mosn::write(setup, sandbox, ports),
    }
}

fn unsupported(kind: ProxyKind, reason: &str, remedy: &str) -> StartError {
    StartError::Unsupported {
        proxy: kind,
        reason: reason.to_owned(),
        remedy: remedy.to_owned(),
    }
}

/// A text as YAML and JSON both take it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn path(path: &std::path::Path) -> String {
    quoted(&path.to_string_lossy())
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// Where a module of the proxy is, or what to do without.
fn module(kind: ProxyKind, file: &str) -> Result<PathBuf, StartError> {
    crate::find::module(kind, file).ok_or_else(|| {
        unsupported(
            kind,
            &format!("its module {file} is not installed here"),
            &format!("get it with {}", kind.remedy()),
        )
    })
}
