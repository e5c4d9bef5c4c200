//! The configuration: YAML in Envoy's words, or an Envoy's own file.

mod cluster;
mod envoy;
mod error;
mod field;
mod listener;
mod model;
mod node;
mod plugin;
mod rehearsal;
mod route;
mod top;
mod units;

pub use error::ConfigError;
pub use model::{
    Cluster, Codec, Config, DownstreamTls, Endpoint, HttpListener, Limits, Listener, ListenerKind,
    PathMatch, PluginConfig, Route, RouteAction, TcpListener, Timeouts, UpstreamTls, VirtualHost,
    WasmService,
};
