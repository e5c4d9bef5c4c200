//! The parts of an Envoy's own file that this proxy has too; the rest is noted.
//!
//! What is not known is left out with a note, and so is whatever cannot do without it. Errors
//! are what may not be left out in silence or with a line on standard error: plugins, files that
//! are missing, and what keeps clients out.

mod filter;
mod manager;
mod tls;

use std::net::SocketAddr;

use super::field::Field;
use super::listener::{TIMEOUTS, name};
use super::plugin::Defaults;
use super::{Cluster, ConfigError, Listener, ListenerKind, TcpListener, WasmService, route};
use filter::{kind_of, left_out, wasm};
use manager::manager;
use tls::Tls;

/// The list `listeners` of `static_resources`.
pub(super) fn listeners(
    at: &Field<'_>,
    clusters: &[Cluster],
    defaults: Defaults<'_>,
) -> Result<Vec<Listener>, ConfigError> {
    let mut listeners = Vec::new();
    for field in at.list("listeners")? {
        listeners.extend(listener(&field, clusters, defaults)?);
    }
    Ok(listeners)
}

fn listener(
    at: &Field<'_>,
    clusters: &[Cluster],
    defaults: Defaults<'_>,
) -> Result<Option<Listener>, ConfigError> {
    at.only(&["name", "address", "filter_chains"])?;
    let Some(address) = address(at)? else {
        return Ok(None);
    };
    let chains = at.list("filter_chains")?;
    let Some((chain, others)) = chains.split_first() else {
        at.note("is left out: it has no filter chain");
        return Ok(None);
    };
    others
        .iter()
        .for_each(|chain| chain.note("is left out: one chain is read"));
    chain.only(&["filters", "transport_socket", "name"])?;
    let tls = match tls::downstream(chain)? {
        Tls::None => None,
        Tls::Here(tls) => Some(tls),
        Tls::Elsewhere => return Ok(None),
    };
    let Some(kind) = kind(chain, clusters, defaults)? else {
        at.note(
            "is left out: it has no HTTP connection manager and no TCP proxy that can be served",
        );
        return Ok(None);
    };
    Ok(Some(Listener {
        name: name(at, address)?,
        address,
        tls,
        kind,
    }))
}

/// The address; `None`, noted, where it is no TCP socket.
fn address(at: &Field<'_>) -> Result<Option<SocketAddr>, ConfigError> {
    let given = at.need("address")?;
    match given.endpoint_or_note()? {
        Some(_) => given.address().map(Some),
        None => Ok(None),
    }
}

fn kind(
    chain: &Field<'_>,
    clusters: &[Cluster],
    defaults: Defaults<'_>,
) -> Result<Option<ListenerKind>, ConfigError> {
    let mut network = Vec::new();
    for filter in chain.list("filters")? {
        filter.only(&["name", "typed_config", "config"])?;
        match kind_of(&filter)?.as_str() {
            "HttpConnectionManager" => {
                if !network.is_empty() {
                    chain.note("network filters before the HTTP connection manager are left out");
                }
                let manager = manager(&filter.need("typed_config")?, clusters, defaults)?;
                return Ok(manager.map(ListenerKind::Http));
            }
            "TcpProxy" => {
                let config = filter.need("typed_config")?;
                config.only(&["@type", "stat_prefix", "cluster", "idle_timeout"])?;
                let Some(cluster) = route::known_cluster(&config, clusters)? else {
                    return Ok(None);
                };
                return Ok(Some(ListenerKind::Tcp(TcpListener {
                    cluster,
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

/// The list `bootstrap_extensions`.
pub(super) fn services(
    at: &Field<'_>,
    defaults: Defaults<'_>,
) -> Result<Vec<WasmService>, ConfigError> {
    let mut services = Vec::new();
    for extension in at.list("bootstrap_extensions")? {
        extension.only(&["name", "typed_config", "config"])?;
        match wasm(&extension, defaults)? {
            Some(plugin) => services.push(WasmService {
                plugin,
                singleton: filter::message(&extension)?
                    .map_or(Ok(false), |message| message.flag("singleton"))?,
            }),
            None => left_out(&extension)?,
        }
    }
    Ok(services)
}
