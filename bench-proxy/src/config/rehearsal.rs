//! A configuration tried out on one machine: its first HTTP listener alone, in front of an
//! upstream that stands in for all others.

use std::net::SocketAddr;

use super::{Config, Endpoint, ListenerKind};

impl Config {
    /// Leaves the first HTTP listener alone, at `address`, in plain text and without an admin
    /// port, so that several proxies with one file can run side by side. False when there is
    /// no HTTP listener.
    #[must_use]
    pub fn listen_at(&mut self, address: SocketAddr) -> bool {
        let is_http = |kind: &ListenerKind| matches!(kind, ListenerKind::Http(_));
        let first = self
            .listeners
            .iter()
            .position(|listener| is_http(&listener.kind));
        let Some(first) = first else { return false };
        let mut listener = self.listeners.swap_remove(first);
        listener.address = address;
        listener.tls = None;
        self.listeners = vec![listener];
        self.admin = None;
        true
    }

    /// Sends whatever goes to any cluster to `address`, in plain HTTP/1.1.
    pub fn send_to(&mut self, address: SocketAddr) {
        for cluster in &mut self.clusters {
            cluster.endpoints = vec![Endpoint {
                host: address.ip().to_string(),
                port: address.port(),
            }];
            cluster.http2 = false;
            cluster.tls = None;
        }
    }
}
