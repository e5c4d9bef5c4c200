//! What a configuration says, checked.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use host_core::abi::LogLevel;
use host_core::{FailPolicy, Isolation};

/// A whole configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file it was read from.
    pub file: PathBuf,
    /// Threads that serve.
    pub workers: usize,
    /// Where the admin port is.
    pub admin: Option<SocketAddr>,
    /// How long requests may still run after SIGTERM.
    pub drain_timeout: Duration,
    /// The least severe level of plugins' logs that is kept.
    pub log_level: LogLevel,
    /// Where clients connect.
    pub listeners: Vec<Listener>,
    /// Where requests go.
    pub clusters: Vec<Cluster>,
    /// Plugins without a stream.
    pub services: Vec<WasmService>,
    /// What the file says and this proxy leaves out or does otherwise.
    pub notes: Vec<String>,
}

/// Where clients connect.
#[derive(Clone, Debug)]
pub struct Listener {
    /// Its name.
    pub name: String,
    /// Its address; port 0 for any free one.
    pub address: SocketAddr,
    /// TLS, if it speaks that.
    pub tls: Option<DownstreamTls>,
    /// What it speaks.
    pub kind: ListenerKind,
}

/// What a listener speaks.
#[derive(Clone, Debug)]
pub enum ListenerKind {
    /// HTTP.
    Http(HttpListener),
    /// Bytes.
    Tcp(TcpListener),
}

/// An HTTP listener.
#[derive(Clone, Debug)]
pub struct HttpListener {
    /// Which HTTP.
    pub codec: Codec,
    /// Routes, the first that matches.
    pub hosts: Vec<VirtualHost>,
    /// Filters in the order of requests.
    pub filters: Vec<PluginConfig>,
    /// Times.
    pub timeouts: Timeouts,
    /// Sizes.
    pub limits: Limits,
}

/// Which HTTP a listener speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Codec {
    /// Whatever the client begins with, or ALPN says.
    #[default]
    Auto,
    /// HTTP/1.1.
    Http1,
    /// HTTP/2.
    Http2,
}

/// Routes of some hosts.
#[derive(Clone, Debug)]
pub struct VirtualHost {
    /// Its name, property `route_name`'s fallback.
    pub name: String,
    /// Hosts: exact, `*.suffix`, or `*`.
    pub domains: Vec<String>,
    /// Routes in order.
    pub routes: Vec<Route>,
}

/// Where requests of some paths go.
#[derive(Clone, Debug)]
pub struct Route {
    /// Its name, if it has one.
    pub name: String,
    /// Which paths.
    pub path: PathMatch,
    /// What happens to them.
    pub action: RouteAction,
}

/// Which paths a route takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathMatch {
    /// Those that begin so.
    Prefix(String),
    /// This one, whatever its query.
    Exact(String),
}

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteAction {
    /// It goes to a cluster.
    Cluster {
        /// Index in [`Config::clusters`].
        cluster: usize,
        /// How long the answer may take; `None` for as long as it wants.
        timeout: Option<Duration>,
    },
    /// It is answered at once.
    Direct {
        /// Status.
        status: u16,
        /// Body.
        body: Vec<u8>,
    },
}

/// Times of an HTTP listener; `None` for no limit.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// A connection without a request.
    pub idle: Option<Duration>,
    /// A request on which nothing moves.
    pub stream_idle: Option<Duration>,
    /// The whole of a request must have come.
    pub request: Option<Duration>,
}

/// Sizes on an HTTP listener.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a message's header.
    pub header_bytes: u32,
    /// Fields of a message's header.
    pub header_fields: usize,
    /// Bytes of a request's body.
    pub request_body: u64,
    /// Bytes of a body that filters may hold back.
    pub buffered_body: usize,
    /// Requests at once on one HTTP/2 connection.
    pub concurrent_streams: u32,
}

/// A listener that passes bytes.
#[derive(Clone, Debug)]
pub struct TcpListener {
    /// Index in [`Config::clusters`].
    pub cluster: usize,
    /// Filters in the order of bytes from the client.
    pub filters: Vec<PluginConfig>,
    /// A connection on which nothing moves; `None` for no limit.
    pub idle: Option<Duration>,
}

/// TLS of a listener.
#[derive(Clone, Debug)]
pub struct DownstreamTls {
    /// Certificates, PEM, the server's own first.
    pub certificate_chain: PathBuf,
    /// Its key, PEM.
    pub private_key: PathBuf,
}

/// Where requests go.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Its name, for routes and callouts.
    pub name: String,
    /// Servers, used in turn.
    pub endpoints: Vec<Endpoint>,
    /// How long a connection may take to open.
    pub connect_timeout: Duration,
    /// How long a connection waits for its next request.
    pub idle_timeout: Duration,
    /// Connections of one worker.
    pub max_connections: usize,
    /// HTTP/2 instead of HTTP/1.1.
    pub http2: bool,
    /// TLS, if it wants that.
    pub tls: Option<UpstreamTls>,
}

/// A server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Address or name.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// TLS of a cluster.
#[derive(Clone, Debug)]
pub struct UpstreamTls {
    /// Certificates to trust, PEM.
    pub trusted_ca: PathBuf,
    /// Name to ask for and check; the first endpoint's without one.
    pub sni: Option<String>,
}

/// A plugin.
#[derive(Clone, Debug)]
pub struct PluginConfig {
    /// Its name.
    pub name: String,
    /// Which root context of its module.
    pub root_id: String,
    /// VMs with equal ids share data and queues.
    pub vm_id: String,
    /// Id of its runtime.
    pub runtime: String,
    /// Its module.
    pub code: PathBuf,
    /// An artifact to load in place of compiling, where that is allowed.
    pub precompiled: Option<PathBuf>,
    /// What `proxy_on_vm_start` may read.
    pub vm_configuration: Vec<u8>,
    /// Environment variables.
    pub environment: Vec<(String, String)>,
    /// What `proxy_on_configure` may read.
    pub configuration: Vec<u8>,
    /// What happens to a stream whose filter fails.
    pub policy: FailPolicy,
    /// Who shares a VM.
    pub isolation: Isolation,
    /// The longest that one call may take; `None` leaves the check out.
    pub deadline: Option<Duration>,
    /// Linear memory of a VM, bytes.
    pub memory_limit: u64,
}

/// A plugin without a stream.
#[derive(Clone, Debug)]
pub struct WasmService {
    /// The plugin; its isolation is one VM for each thread that runs it.
    pub plugin: PluginConfig,
    /// One for the process instead of one for each worker.
    pub singleton: bool,
}
