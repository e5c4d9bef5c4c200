//! Listeners in this proxy's own form.

use std::net::SocketAddr;
use std::time::Duration;

use host_core::Isolation;

use super::field::Field;
use super::plugin::{Defaults, plugin};
use super::{
    Cluster, Codec, ConfigError, DownstreamTls, HttpListener, Limits, Listener, ListenerKind,
    PluginConfig, TcpListener, Timeouts, VirtualHost, route,
};

/// Envoy's defaults, but for the idle time, which is an hour there.
pub(super) const TIMEOUTS: Timeouts = Timeouts {
    idle: Some(Duration::from_secs(60)),
    stream_idle: Some(Duration::from_secs(300)),
    request: None,
};

pub(super) const LIMITS: Limits = Limits {
    header_bytes: 60 << 10,
    header_fields: 100,
    request_body: 1 << 30,
    buffered_body: 1 << 20,
    concurrent_streams: 100,
};

/// The list `listeners`.
pub(super) fn listeners(
    at: &Field<'_>,
    clusters: &[Cluster],
    defaults: Defaults<'_>,
) -> Result<Vec<Listener>, ConfigError> {
    let mut listeners: Vec<Listener> = Vec::new();
    for field in at.list("listeners")? {
        let listener = listener(&field, clusters, defaults)?;
        if listeners.iter().any(|known| known.name == listener.name) {
            return Err(field.error(
                format!("there is another listener `{}`", listener.name),
                "give each its own name",
            ));
        }
        listeners.push(listener);
    }
    Ok(listeners)
}

fn listener(
    at: &Field<'_>,
    clusters: &[Cluster],
    defaults: Defaults<'_>,
) -> Result<Listener, ConfigError> {
    at.only(&[
        "name",
        "address",
        "tls",
        "codec",
        "routes",
        "virtual_hosts",
        "http_filters",
        "network_filters",
        "cluster",
        "timeouts",
        "limits",
    ])?;
    let kind = match at.get("cluster")? {
        Some(cluster) => ListenerKind::Tcp(TcpListener {
            cluster: route::cluster(&cluster, clusters)?,
            filters: plugins(at, "network_filters", defaults)?,
            idle: timeouts(at)?.idle,
        }),
        None => ListenerKind::Http(http(at, clusters, defaults)?),
    };
    let tls = match at.get("tls")? {
        Some(tls) => {
            tls.only(&["certificate_chain", "private_key"])?;
            Some(DownstreamTls {
                certificate_chain: tls.need("certificate_chain")?.path()?,
                private_key: tls.need("private_key")?.path()?,
            })
        }
        None => None,
    };
    let address = at.need("address")?.address()?;
    Ok(Listener {
        name: name(at, address)?,
        address,
        tls,
        kind,
    })
}

/// The name; where there is none, the address.
pub(super) fn name(at: &Field<'_>, address: SocketAddr) -> Result<String, ConfigError> {
    let name = at.text_or_empty("name")?;
    Ok(match name.is_empty() {
        true => address.to_string(),
        false => name,
    })
}

fn http(
    at: &Field<'_>,
    clusters: &[Cluster],
    defaults: Defaults<'_>,
) -> Result<HttpListener, ConfigError> {
    let mut hosts = route::hosts(at, "virtual_hosts", clusters)?;
    if at.get("routes")?.is_some() {
        hosts.push(VirtualHost {
            name: "default".to_owned(),
            domains: vec!["*".to_owned()],
            routes: route::routes(at, clusters)?,
        });
    }
    if hosts.is_empty() {
        return Err(at.error(
            "requests have nowhere to go",
            "give `routes` for HTTP, or `cluster` for bytes",
        ));
    }
    Ok(HttpListener {
        codec: codec(at, "codec")?,
        hosts,
        filters: plugins(at, "http_filters", defaults)?,
        timeouts: timeouts(at)?,
        limits: limits(at)?,
    })
}

/// The codec named by the field `name`.
pub(super) fn codec(at: &Field<'_>, name: &str) -> Result<Codec, ConfigError> {
    let Some(field) = at.get(name)? else {
        return Ok(Codec::Auto);
    };
    match field.text()?.to_ascii_lowercase().as_str() {
        "auto" => Ok(Codec::Auto),
        "http1" => Ok(Codec::Http1),
        "http2" => Ok(Codec::Http2),
        other => Err(field.error(format!("`{other}` is no codec"), "use auto, http1 or http2")),
    }
}

fn plugins(
    at: &Field<'_>,
    name: &str,
    defaults: Defaults<'_>,
) -> Result<Vec<PluginConfig>, ConfigError> {
    let mut plugins = Vec::new();
    for field in at.list(name)? {
        let plugin = plugin(&field, defaults)?;
        if name == "network_filters" && plugin.isolation == Isolation::Request {
            return Err(field.error(
                "network filters cannot have a VM for each connection",
                "use isolation thread, shared or pool:N",
            ));
        }
        plugins.push(plugin);
    }
    Ok(plugins)
}

fn timeouts(at: &Field<'_>) -> Result<Timeouts, ConfigError> {
    let Some(at) = at.get("timeouts")? else {
        return Ok(TIMEOUTS);
    };
    at.only(&["idle", "stream_idle", "request"])?;
    Ok(Timeouts {
        idle: at.time_or("idle", TIMEOUTS.idle)?,
        stream_idle: at.time_or("stream_idle", TIMEOUTS.stream_idle)?,
        request: at.time_or("request", TIMEOUTS.request)?,
    })
}

fn limits(at: &Field<'_>) -> Result<Limits, ConfigError> {
    let Some(at) = at.get("limits")? else {
        return Ok(LIMITS);
    };
    at.only(&[
        "header_bytes",
        "header_fields",
        "request_body",
        "buffered_body",
        "concurrent_streams",
    ])?;
    let number = |name, default, most| match at.get(name)? {
        Some(field) => field.number(1, most),
        None => Ok(default),
    };
    Ok(Limits {
        // Beyond this a filter could not hold the header either.
        header_bytes: at.size_or("header_bytes", LIMITS.header_bytes.into(), 1 << 20)? as u32,
        header_fields: number("header_fields", LIMITS.header_fields as u64, 1_000)? as usize,
        request_body: at.size_or("request_body", LIMITS.request_body, 1 << 50)?,
        buffered_body: at.size_or("buffered_body", LIMITS.buffered_body as u64, 64 << 20)? as usize,
        concurrent_streams: number(
            "concurrent_streams",
            LIMITS.concurrent_streams.into(),
            1 << 20,
        )? as u32,
    })
}
