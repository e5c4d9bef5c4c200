//! What `pwbench serve` takes.

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

docs/proxy.md shows a whole configuration. Exit code 2 when it is not valid.")]
pub(crate) struct ServeArgs {
    /// The configuration, YAML: this proxy's own, or an Envoy's
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Run every plugin on this runtime, whatever the file says
    #[arg(long, value_name = "ID")]
    pub(crate) runtime: Option<String>,
    /// Read the configuration, say what is wrong or left out, and end
    #[arg(long)]
    pub(crate) check: bool,
}
