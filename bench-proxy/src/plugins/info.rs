//! What the proxy itself knows of a stream: the properties that do not follow from its
//! headers, named as Envoy's attributes.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use super::Knock;

use http::Version;

use crate::net::Facts;

/// What the proxy knows of a stream.
#[derive(Debug)]
pub(crate) struct StreamInfo {
    connection: Arc<Facts>,
    version: Option<Version>,
    start: SystemTime,
    route: OnceLock<Arc<RouteNames>>,
    upstream: OnceLock<Arc<str>>,
    /// Where filters' other callbacks tell that they have moved the stream on.
    pub(crate) knock: Knock,
}

/// What a route is called, for properties.
#[derive(Debug)]
pub(crate) struct RouteNames {
    /// The virtual host's name.
    pub(crate) host: String,
    /// The route's own.
    pub(crate) route: String,
    /// The cluster's; empty when the route has none.
    pub(crate) cluster: String,
}

impl StreamInfo {
    pub(crate) fn new(connection: Arc<Facts>, version: Option<Version>) -> Arc<Self> {
        Arc::new(Self {
            connection,
            version,
            start: SystemTime::now(),
            route: OnceLock::new(),
            upstream: OnceLock::new(),
            knock: Knock::default(),
        })
    }

    /// Notes the route that was chosen.
    pub(crate) fn routed(&self, names: &Arc<RouteNames>) {
        self.route.get_or_init(|| names.clone());
    }

    /// Notes the endpoint that answered.
    pub(crate) fn sent_to(&self, endpoint: &Arc<str>) {
        self.upstream.get_or_init(|| endpoint.clone());
    }

    /// The property at `path`, whose segments are separated by NUL.
    pub(crate) fn property(&self, path: &[u8], out: &mut Vec<u8>) -> bool {
        let mut segments = path.splitn(2, |byte| *byte == 0);
        let (root, name) = (segments.next(), segments.next());
        match (root.unwrap_or_default(), name) {
            (b"request", Some(name)) => self.of_request(name, out),
            (b"source", Some(name)) => address(self.connection.source, name, out),
            (b"destination", Some(name)) => address(self.connection.destination, name, out),
            (b"connection", Some(name)) => self.of_connection(name, out),
            (b"upstream", Some(name)) => self.of_upstream(name, out),
            (b"xds", Some(b"listener_name")) | (b"listener_name", None) => {
                text(&self.connection.listener, out)
            }
            (b"xds", Some(name)) | (name, None) => self.of_route(name, out),
            _ => false,
        }
    }

    fn of_request(&self, name: &[u8], out: &mut Vec<u8>) -> bool {
        match name {
            b"time" => {
                let start = self.start.duration_since(UNIX_EPOCH).unwrap_or_default();
                number(start.as_nanos() as i64, out)
            }
            b"duration" => {
                let passed = self.start.elapsed().unwrap_or_default();
                number(passed.as_nanos() as i64, out)
            }
            b"protocol" => match self.version {
                Some(version) => text(protocol(version), out),
                None => false,
            },
            _ => false,
        }
    }

    fn of_connection(&self, name: &[u8], out: &mut Vec<u8>) -> bool {
        match name {
            b"id" => number(self.connection.id as i64, out),
            // Clients' certificates are not asked for.
            b"mtls" => {
                out.push(0);
                true
            }
            b"tls_version" => optional(self.connection.tls_version, out),
            b"requested_server_name" => optional(self.connection.server_name.as_deref(), out),
            _ => false,
        }
    }

    fn of_upstream(&self, name: &[u8], out: &mut Vec<u8>) -> bool {
        let Some(upstream) = self.upstream.get() else {
            return false;
        };
        match name {
            b"address" => text(upstream, out),
            b"port" => match upstream
                .rsplit_once(':')
                .and_then(|(_, port)| port.parse().ok())
            {
                Some(port) => number(port, out),
                None => false,
            },
            _ => false,
        }
    }

    fn of_route(&self, name: &[u8], out: &mut Vec<u8>) -> bool {
        let Some(route) = self.route.get() else {
            return false;
        };
        match name {
            b"cluster_name" => text(&route.cluster, out),
            b"route_name" => text(&route.route, out),
            b"virtual_host_name" => text(&route.host, out),
            _ => false,
        }
    }
}

/// The protocol's name, as in properties.
fn protocol(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2",
        _ => "HTTP/1.1",
    }
}

fn address(address: SocketAddr, name: &[u8], out: &mut Vec<u8>) -> bool {
    match name {
        b"address" => text(&address.to_string(), out),
        b"port" => number(address.port().into(), out),
        _ => false,
    }
}

fn number(value: i64, out: &mut Vec<u8>) -> bool {
    out.extend_from_slice(&value.to_le_bytes());
    true
}

fn text(value: &str, out: &mut Vec<u8>) -> bool {
    out.extend_from_slice(value.as_bytes());
    true
}

fn optional(value: Option<&str>, out: &mut Vec<u8>) -> bool {
    value.is_some_and(|value| text(value, out))
}
