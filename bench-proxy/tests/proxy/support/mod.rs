//! Real sockets around a real proxy.
#![allow(dead_code)]

mod client;
mod guest;
mod upstream;

pub(crate) use client::{Client, get, send};
pub(crate) use guest::Guest;
pub(crate) use upstream::Upstream;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bench_proxy::{Config, Proxy};
use tempfile::TempDir;

/// A proxy with its configuration's folder.
pub(crate) struct Running {
    pub(crate) proxy: Proxy,
    pub(crate) folder: TempDir,
}

impl Running {
    /// The first listener.
    pub(crate) fn address(&self) -> SocketAddr {
        self.proxy.addresses()[0]
    }

    /// A page of the admin port.
    pub(crate) fn admin(&self, path: &str) -> String {
        let address = self.proxy.admin().expect("an admin port");
        get(address, path, &[]).text()
    }

    /// A counter or gauge.
    pub(crate) fn stat(&self, name: &str) -> u64 {
        let page = self.admin("/stats");
        let line = page
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.unwrap_or_else(|| panic!("no {name} in {page}"))
            .parse()
            .expect("a number")
    }
}

/// A folder with files.
pub(crate) fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).expect("written");
    }
    folder
}

/// Starts a proxy from a configuration in a folder with `files`.
pub(crate) fn start(yaml: &str, files: &[(&str, &[u8])]) -> Running {
    let folder = folder(files);
    let file = folder.path().join("proxy.yaml");
    std::fs::write(&file, yaml).expect("written");
    let config = Config::read(&file, None).unwrap_or_else(|error| panic!("{error}"));
    let proxy = Proxy::start(config).unwrap_or_else(|error| panic!("{error}"));
    Running { proxy, folder }
}

/// A configuration of one listener in front of `upstream`; `filters` and `more` are YAML with
/// the right indent.
pub(crate) fn yaml(upstream: SocketAddr, filters: &str, more: &str) -> String {
    let filters = match filters {
        "" => String::new(),
        filters => format!("  http_filters:\n{filters}"),
    };
    format!(
        "workers: 2\n\
         admin: {{ address: 127.0.0.1:0 }}\n\
         listeners:\n\
         - name: web\n  \
           address: 127.0.0.1:0\n  \
           routes:\n  \
           - match: {{ prefix: / }}\n    \
             route: {{ cluster: up, timeout: 5s }}\n\
         {filters}\
         {more}\
         clusters:\n\
         - name: up\n  \
           endpoints: [\"{upstream}\"]\n"
    )
}

/// One filter of module `file`, with further fields.
pub(crate) fn filter(file: &str, more: &str) -> String {
    format!(
        "  - name: {file}\n    vm_config: {{ vm_id: vm, runtime: wasmtime/cranelift, code: {{ local: {{ filename: {file} }} }} }}\n{more}"
    )
}

/// A module that the workloads use.
pub(crate) fn prebuilt(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../workloads/prebuilt")
        .join(name)
}

/// Waits until `done`; fails after half a minute.
pub(crate) fn until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "{what} never came"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}
