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
        let Some(cluster) = cluster(&field)? else {
            continue;
        };
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

/// `None`, noted, for a cluster of another proxy's file that cannot be reached from here.
fn cluster(at: &Field<'_>) -> Result<Option<Cluster>, ConfigError> {
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
    let endpoints = endpoints(at)?;
    if endpoints.is_empty() {
        if at.source.lenient {
            at.note("is left out: it has no endpoints in this file");
            return Ok(None);
        }
        return Err(at.error("it has no endpoints", "give `endpoints: [host:port]`"));
    }
    other_policies(at)?;
    let tls = match tls(at)? {
        Tls::None => None,
        Tls::With(tls) => Some(tls),
        Tls::Elsewhere => return Ok(None),
    };
    let endpoint = |(host, port)| Endpoint { host, port };
    Ok(Some(Cluster {
        name: at.need("name")?.text()?,
        endpoints: endpoints.into_iter().map(endpoint).collect(),
        connect_timeout: at.some_time_or("connect_timeout", CONNECT_TIMEOUT)?,
        idle_timeout: at.some_time_or("idle_timeout", IDLE_TIMEOUT)?,
        max_connections: max_connections(at)?,
        http2: http2(at)?,
        tls,
    }))
}

fn endpoints(at: &Field<'_>) -> Result<Vec<(String, u16)>, ConfigError> {
    let mut endpoints = Vec::new();
    for endpoint in at.list("endpoints")? {
        endpoints.push(endpoint.endpoint()?);
    }
    let Some(assignment) = at.get("load_assignment")? else {
        return Ok(endpoints);
    };
    assignment.only(&["cluster_name", "endpoints"])?;
    for locality in assignment.list("endpoints")? {
        locality.only(&["lb_endpoints"])?;
        for endpoint in locality.list("lb_endpoints")? {
            endpoint.only(&["endpoint"])?;
            let endpoint = endpoint.need("endpoint")?;
            endpoint.only(&["address"])?;
            endpoints.extend(endpoint.need("address")?.endpoint_or_note()?);
        }
    }
    Ok(endpoints)
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
        (None, Some(breakers)) => {
            breakers.only(&["thresholds"])?;
            let mut most = None;
            for threshold in breakers.list("thresholds")? {
                if threshold
                    .text_or_empty("priority")?
                    .eq_ignore_ascii_case("high")
                {
                    threshold.note("is left out: all requests have one priority");
                    continue;
                }
                threshold.only(&["priority", "max_connections"])?;
                most = threshold.get("max_connections")?;
            }
            most
        }
        (None, None) => None,
    };
    given.map_or(Ok(ANY_NUMBER), |field| {
        field.number(1, 1 << 20).map(|number| number as usize)
    })
}

fn http2(at: &Field<'_>) -> Result<bool, ConfigError> {
    if let Some(options) = at.get("http2_protocol_options")? {
        options.only(&[])?;
        return Ok(true);
    }
    if at.flag("http2")? {
        return Ok(true);
    }
    let Some(options) = at.get("typed_extension_protocol_options")? else {
        return Ok(false);
    };
    let mut http2 = false;
    for (_, options) in options.fields()? {
        options.only(&["@type", "explicit_http_config"])?;
        if let Some(explicit) = options.get("explicit_http_config")? {
            explicit.only(&["http_protocol_options", "http2_protocol_options"])?;
            if let Some(options) = explicit.get("http2_protocol_options")? {
                options.only(&[])?;
                http2 = true;
            }
        }
    }
    Ok(http2)
}

/// What a cluster speaks beneath its protocol.
enum Tls {
    None,
    With(UpstreamTls),
    /// What cannot be had here, as noted.
    Elsewhere,
}

fn tls(at: &Field<'_>) -> Result<Tls, ConfigError> {
    if let Some(tls) = at.get("tls")? {
        tls.only(&["trusted_ca", "sni"])?;
        let sni = tls.get("sni")?.map(|sni| sni.text()).transpose()?;
        let trusted_ca = tls.need("trusted_ca")?.path()?;
        return Ok(Tls::With(UpstreamTls { trusted_ca, sni }));
    }
    let Some(socket) = at.get("transport_socket")? else {
        return Ok(Tls::None);
    };
    let config = socket.need("typed_config")?;
    let kind = config.text_or_empty("@type")?;
    if kind.ends_with(".RawBuffer") {
        return Ok(Tls::None);
    }
    if at.source.lenient && !kind.ends_with(".UpstreamTlsContext") {
        socket.note("is no TLS, so its cluster is left out");
        return Ok(Tls::Elsewhere);
    }
    config.only(&["@type", "common_tls_context", "sni"])?;
    let mut trusted = None;
    if let Some(context) = config.get("common_tls_context")? {
        context.only(&["validation_context"])?;
        if let Some(validation) = context.get("validation_context")? {
            validation.only(&["trusted_ca"])?;
            let given = validation.get("trusted_ca")?;
            trusted = given.map_or(Ok(None), |given| given.get("filename"))?;
        }
    }
    let Some(trusted) = trusted else {
        if at.source.lenient {
            socket.note("names no file of certificates to trust, so its cluster is left out");
            return Ok(Tls::Elsewhere);
        }
        return Err(config.error(
            "it has no certificates to trust",
            "give `common_tls_context: { validation_context: { trusted_ca: { filename: FILE } } }`",
        ));
    };
    let sni = config.get("sni")?.map(|sni| sni.text()).transpose()?;
    Ok(Tls::With(UpstreamTls {
        trusted_ca: trusted.path()?,
        sni,
    }))
}
