//! Clusters, as this proxy and as Envoy write them.

use std::time::Duration;

use super::field::Field;
use super::{Cluster, ConfigError, Endpoint, UpstreamTls};
use crate::upstream::{ANY_NUMBER, IDLE_TIMEOUT};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The list `clusters`.
pub(super) fn clusters(at: &Field<'_>) -> Result<Vec<Cluster>, ConfigError> {
    let mut clusters: Vec<Cluster> = Vec::new();
    for field in at.list("clusters")? {
        let cluster = cluster(&field)?;
        if clusters.iter().any(|known| known.name == cluster.name) {
            return Err(field.error(
                format!("there is another cluster `{}`", cluster.name),
                "give each its own name",
            ));
        }
        clusters.push(cluster);
    }
    Ok(clusters)
}

fn cluster(at: &Field<'_>) -> Result<Cluster, ConfigError> {
    at.only(&[
        "name",
        "endpoints",
        "load_assignment",
        "type",
        "lb_policy",
        "connect_timeout",
        "idle_timeout",
        "max_connections",
        "circuit_breakers",
        "http2",
        "http2_protocol_options",
        "typed_extension_protocol_options",
        "tls",
        "transport_socket",
    ])?;
    let mut endpoints = Vec::new();
    for endpoint in at.list("endpoints")? {
        endpoints.push(endpoint.endpoint()?);
    }
    if let Some(assignment) = at.get("load_assignment")? {
        for locality in assignment.list("endpoints")? {
            for endpoint in locality.list("lb_endpoints")? {
                let address = endpoint.need("endpoint")?.need("address")?;
                endpoints.push(address.endpoint()?);
            }
        }
    }
    if endpoints.is_empty() {
        return Err(at.error("it has no endpoints", "give `endpoints: [host:port]`"));
    }
    other_policies(at)?;
    let endpoint = |(host, port)| Endpoint { host, port };
    Ok(Cluster {
        name: at.need("name")?.text()?,
        endpoints: endpoints.into_iter().map(endpoint).collect(),
        connect_timeout: at.some_time_or("connect_timeout", CONNECT_TIMEOUT)?,
        idle_timeout: at.some_time_or("idle_timeout", IDLE_TIMEOUT)?,
        max_connections: max_connections(at)?,
        http2: http2(at)?,
        tls: tls(at)?,
    })
}

fn other_policies(at: &Field<'_>) -> Result<(), ConfigError> {
    for (name, done) in [
        ("type", ["STATIC", "STRICT_DNS", "LOGICAL_DNS"].as_slice()),
        ("lb_policy", &["ROUND_ROBIN"]),
    ] {
        let Some(field) = at.get(name)? else {
            continue;
        };
        let text = field.text()?;
        if done.contains(&text.as_str()) {
            continue;
        }
        if !at.source.lenient {
            return Err(field.error(
                format!("`{text}` is not known"),
                format!("use one of {}", done.join(", ")),
            ));
        }
        field.note("endpoints are used in turn, as they are written");
    }
    Ok(())
}

fn max_connections(at: &Field<'_>) -> Result<usize, ConfigError> {
    let given = match (at.get("max_connections")?, at.get("circuit_breakers")?) {
        (Some(given), _) => Some(given),
        (None, Some(breakers)) => match breakers.list("thresholds")?.first() {
            Some(threshold) => threshold.get("max_connections")?,
            None => None,
        },
        (None, None) => None,
    };
    given.map_or(Ok(ANY_NUMBER), |field| {
        field.number(1, 1 << 20).map(|number| number as usize)
    })
}

fn http2(at: &Field<'_>) -> Result<bool, ConfigError> {
    if at.flag("http2")? || at.get("http2_protocol_options")?.is_some() {
        return Ok(true);
    }
    let Some(options) = at.get("typed_extension_protocol_options")? else {
        return Ok(false);
    };
    for (_, options) in options.fields()? {
        if let Some(explicit) = options.get("explicit_http_config")?
            && explicit.get("http2_protocol_options")?.is_some()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn tls(at: &Field<'_>) -> Result<Option<UpstreamTls>, ConfigError> {
    if let Some(tls) = at.get("tls")? {
        tls.only(&["trusted_ca", "sni"])?;
        let sni = tls.get("sni")?.map(|sni| sni.text()).transpose()?;
        let trusted_ca = tls.need("trusted_ca")?.path()?;
        return Ok(Some(UpstreamTls { trusted_ca, sni }));
    }
    let Some(socket) = at.get("transport_socket")? else {
        return Ok(None);
    };
    let config = socket.need("typed_config")?;
    let context = config.need("common_tls_context")?;
    let trusted = context.need("validation_context")?.need("trusted_ca")?;
    let sni = config.get("sni")?.map(|sni| sni.text()).transpose()?;
    Ok(Some(UpstreamTls {
        trusted_ca: trusted.need("filename")?.path()?,
        sni,
    }))
}
