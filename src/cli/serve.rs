//! What `pwbench serve` takes.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// Run the reverse proxy with Proxy-Wasm filters.
///
/// Serves until SIGTERM or Ctrl-C and then lets requests finish. Listeners, plugins' logs and
/// what was left out of an Envoy's file are told on standard error.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  pwbench serve --config proxy.yaml
  pwbench serve --config envoy.yaml --runtime wasmtime/cranelift
  pwbench serve --config proxy.yaml --check
  pwbench serve --config envoy.yaml --listen 127.0.0.1:8080 --upstream 127.0.0.1:9000

docs/proxy.md shows a whole configuration. Exit code 2 when it is not valid.")]
pub(crate) struct ServeArgs {
    /// The configuration, YAML: this proxy's own, or an Envoy's
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Run every plugin on this runtime, whatever the file says
    #[arg(long, value_name = "ID")]
    pub(crate) runtime: Option<String>,
    /// Serve the first HTTP listener alone, here and in plain text, without the admin port;
    /// port 0 for any
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// Send everything here, in HTTP/1.1, whatever the clusters say
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) upstream: Option<SocketAddr>,
    /// Threads that serve, whatever the file says
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) workers: Option<u16>,
    /// Read the configuration, say what is wrong or left out, and end
    #[arg(long)]
    pub(crate) check: bool,
}
