//! The parts of an Envoy's own file that this proxy has too; the rest is noted.

use super::field::Field;
use super::listener::{LIMITS, TIMEOUTS, codec};
use super::plugin::{Defaults, plugin};
use super::{
    Cluster, ConfigError, DownstreamTls, HttpListener, Limits, Listener, ListenerKind,
    PluginConfig, TcpListener, Timeouts, WasmService, route,
};

/// The list `listeners` of `static_resources`.
pub(super) fn listeners(
    at: &Field<'_>,
    clusters: &[Cluster],
    defaults: Defaults<'_>,
) -> Result<Vec<Listener>, ConfigError> {
    let mut listeners = Vec::new();
    for field in at.list("listeners")? {
        field.only(&["name", "address", "filter_chains"])?;
        let chains = field.need("filter_chains")?.items()?;
        let Some((chain, others)) = chains.split_first() else {
            return Err(field.error("it has no filter chain", "give one"));
        };
        others
            .iter()
            .for_each(|chain| chain.note("is left out: one chain is read"));
        chain.only(&["filters", "transport_socket", "name"])?;
        let Some(kind) = kind(chain, clusters, defaults)? else {
            field.note("is left out: it has neither an HTTP connection manager nor a TCP proxy");
            continue;
        };
        let address = field.need("address")?.address()?;
        let name = field.text_or_empty("name")?;
        listeners.push(Listener {
            name: if name.is_empty() {
                address.to_string()
            } else {
                name
            },
            address,
            tls: tls(chain)?,
            kind,
        });
    }
    Ok(listeners)
}

/// The end of a type's name: `Wasm` of `type.googleapis.com/envoy...v3.Wasm`.
fn kind_of(filter: &Field<'_>) -> Result<String, ConfigError> {
    let Some(config) = filter.get("typed_config")? else {
        return Ok(String::new());
    };
    let mut kind = config.text_or_empty("@type")?;
    if kind.ends_with("TypedStruct") {
        kind = config.text_or_empty("type_url")?;
    }
    Ok(kind
        .rsplit(['/', '.'])
        .next()
        .unwrap_or_default()
        .to_owned())
}

fn kind(
    chain: &Field<'_>,
    clusters: &[Cluster],
    defaults: Defaults<'_>,
) -> Result<Option<ListenerKind>, ConfigError> {
    let mut network = Vec::new();
    for filter in chain.need("filters")?.items()? {
        match kind_of(&filter)?.as_str() {
            "HttpConnectionManager" => {
                let manager = manager(&filter.need("typed_config")?, clusters, defaults)?;
                if !network.is_empty() {
                    chain.note("network filters before the HTTP connection manager are left out");
                }
                return Ok(Some(ListenerKind::Http(manager)));
            }
            "TcpProxy" => {
                let config = filter.need("typed_config")?;
                config.only(&["@type", "stat_prefix", "cluster", "idle_timeout"])?;
                return Ok(Some(ListenerKind::Tcp(TcpListener {
                    cluster: route::cluster(&config.need("cluster")?, clusters)?,
                    filters: network,
                    idle: config.time_or("idle_timeout", TIMEOUTS.idle)?,
                })));
            }
            _ => match wasm(&filter, defaults)? {
                Some(plugin) => network.push(plugin),
                None => left_out(&filter)?,
            },
        }
    }
    Ok(None)
}

fn left_out(filter: &Field<'_>) -> Result<(), ConfigError> {
    let name = filter.text_or_empty("name")?;
    filter.note(&format!("filter `{name}` is left out"));
    Ok(())
}

fn manager(
    at: &Field<'_>,
    clusters: &[Cluster],
    defaults: Defaults<'_>,
) -> Result<HttpListener, ConfigError> {
    at.only(&[
        "@type",
        "stat_prefix",
        "codec_type",
        "route_config",
        "http_filters",
        "stream_idle_timeout",
        "request_timeout",
        "common_http_protocol_options",
        "max_request_headers_kb",
        "http2_protocol_options",
        // Off in this proxy anyway.
        "generate_request_id",
    ])?;
    let mut filters = Vec::new();
    for filter in at.list("http_filters")? {
        if kind_of(&filter)? == "Router" {
            continue;
        }
        match wasm(&filter, defaults)? {
            Some(plugin) => filters.push(plugin),
            None => left_out(&filter)?,
        }
    }
    let routes = at.need("route_config")?;
    routes.only(&["name", "virtual_hosts"])?;
    let common = at.get("common_http_protocol_options")?;
    let idle = match &common {
        Some(common) => common.time_or("idle_timeout", TIMEOUTS.idle)?,
        None => TIMEOUTS.idle,
    };
    let header_bytes = match at.get("max_request_headers_kb")? {
        Some(size) => (size.number(1, 1024)? as u32) << 10,
        None => LIMITS.header_bytes,
    };
    Ok(HttpListener {
        codec: codec(at, "codec_type")?,
        hosts: route::hosts(&routes, "virtual_hosts", clusters)?,
        filters,
        timeouts: Timeouts {
            idle,
            stream_idle: at.time_or("stream_idle_timeout", TIMEOUTS.stream_idle)?,
            request: at.time_or("request_timeout", TIMEOUTS.request)?,
        },
        limits: Limits {
            header_bytes,
            ..LIMITS
        },
    })
}

/// The plugin of a filter, when it is one of Envoy's Wasm filters, in any of the forms that
/// they have had.
fn wasm(filter: &Field<'_>, defaults: Defaults<'_>) -> Result<Option<PluginConfig>, ConfigError> {
    let config = if kind_of(filter)? == "Wasm" || kind_of(filter)? == "WasmService" {
        let typed = filter.need("typed_config")?;
        match typed.get("value")? {
            Some(value) => value.need("config")?,
            None => typed.need("config")?,
        }
    } else if filter.text_or_empty("name")?.ends_with(".wasm") {
        let Some(config) = filter.get("config")? else {
            return Ok(None);
        };
        config.get("config")?.unwrap_or(config)
    } else {
        return Ok(None);
    };
    plugin(&config, defaults).map(Some)
}

fn tls(chain: &Field<'_>) -> Result<Option<DownstreamTls>, ConfigError> {
    let Some(socket) = chain.get("transport_socket")? else {
        return Ok(None);
    };
    let context = socket.need("typed_config")?.need("common_tls_context")?;
    let certificates = context.need("tls_certificates")?.items()?;
    let Some(certificate) = certificates.first() else {
        return Err(context.error("it has no certificate", "give `tls_certificates`"));
    };
    let file = |name| certificate.need(name)?.need("filename")?.path();
    Ok(Some(DownstreamTls {
        certificate_chain: file("certificate_chain")?,
        private_key: file("private_key")?,
    }))
}

/// The list `bootstrap_extensions`.
pub(super) fn services(
    at: &Field<'_>,
    defaults: Defaults<'_>,
) -> Result<Vec<WasmService>, ConfigError> {
    let mut services = Vec::new();
    for extension in at.list("bootstrap_extensions")? {
        match wasm(&extension, defaults)? {
            Some(plugin) => services.push(WasmService {
                plugin,
                singleton: extension.need("typed_config")?.flag("singleton")?,
            }),
            None => left_out(&extension)?,
        }
    }
    Ok(services)
}
