//! The HTTP connection manager.

use super::super::field::Field;
use super::super::listener::{LIMITS, TIMEOUTS, codec};
use super::super::plugin::Defaults;
use super::super::{Cluster, ConfigError, HttpListener, Limits, PluginConfig, Timeouts, route};
use super::filter::{kind_of, left_out, wasm};

/// An HTTP listener; `None`, noted, where its routes or its protocol are not to be had here.
pub(super) fn manager(
    at: &Field<'_>,
    clusters: &[Cluster],
    defaults: Defaults<'_>,
) -> Result<Option<HttpListener>, ConfigError> {
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
        "generate_request_id",
    ])?;
    if at.flag("generate_request_id")? {
        at.need("generate_request_id")?.note("is left out");
    }
    if let Some(codec) = at.get("codec_type")?
        && codec.text()?.eq_ignore_ascii_case("http3")
    {
        codec.note("HTTP/3 is not spoken");
        return Ok(None);
    }
    let Some(routes) = at.get("route_config")? else {
        at.note("has no `route_config`: routes that come from elsewhere are not to be had");
        return Ok(None);
    };
    routes.only(&["name", "virtual_hosts"])?;
    let common = common(at)?;
    Ok(Some(HttpListener {
        codec: codec(at, "codec_type")?,
        hosts: route::hosts(&routes, "virtual_hosts", clusters)?,
        filters: filters(at, defaults)?,
        timeouts: Timeouts {
            idle: match &common {
                Some(common) => common.time_or("idle_timeout", TIMEOUTS.idle)?,
                None => TIMEOUTS.idle,
            },
            stream_idle: at.time_or("stream_idle_timeout", TIMEOUTS.stream_idle)?,
            request: at.time_or("request_timeout", TIMEOUTS.request)?,
        },
        limits: limits(at, common.as_ref())?,
    }))
}

fn common<'a>(at: &Field<'a>) -> Result<Option<Field<'a>>, ConfigError> {
    let common = at.get("common_http_protocol_options")?;
    if let Some(common) = &common {
        common.only(&["idle_timeout", "max_headers_count"])?;
    }
    Ok(common)
}

fn limits(at: &Field<'_>, common: Option<&Field<'_>>) -> Result<Limits, ConfigError> {
    let mut limits = LIMITS;
    if let Some(size) = at.get("max_request_headers_kb")? {
        limits.header_bytes = (size.number(1, 1024)? as u32) << 10;
    }
    if let Some(common) = common
        && let Some(fields) = common.get("max_headers_count")?
    {
        limits.header_fields = fields.number(1, 1_000)? as usize;
    }
    if let Some(http2) = at.get("http2_protocol_options")? {
        http2.only(&["max_concurrent_streams"])?;
        if let Some(streams) = http2.get("max_concurrent_streams")? {
            limits.concurrent_streams = streams.number(1, 1 << 20)? as u32;
        }
    }
    Ok(limits)
}

fn filters(at: &Field<'_>, defaults: Defaults<'_>) -> Result<Vec<PluginConfig>, ConfigError> {
    let mut filters = Vec::new();
    for filter in at.list("http_filters")? {
        filter.only(&["name", "typed_config", "config", "disabled", "is_optional"])?;
        if kind_of(&filter)? == "Router" {
            continue;
        }
        if filter.flag("disabled")? {
            let name = filter.text_or_empty("name")?;
            filter.note(&format!("filter `{name}` is disabled and left out"));
            continue;
        }
        match wasm(&filter, defaults)? {
            Some(plugin) => filters.push(plugin),
            None => left_out(&filter)?,
        }
    }
    Ok(filters)
}
