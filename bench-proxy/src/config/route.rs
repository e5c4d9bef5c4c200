//! Routes.

use std::time::Duration;

use super::field::Field;
use super::{Cluster, ConfigError, PathMatch, Route, RouteAction, VirtualHost};

/// How long an answer may take unless the route says otherwise, as in Envoy.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Virtual hosts, from the list `name`.
pub(super) fn hosts(
    at: &Field<'_>,
    name: &str,
    clusters: &[Cluster],
) -> Result<Vec<VirtualHost>, ConfigError> {
    let mut hosts = Vec::new();
    for host in at.list(name)? {
        host.only(&["name", "domains", "routes"])?;
        let domains = host.need("domains")?.items()?;
        hosts.push(VirtualHost {
            name: host.text_or_empty("name")?,
            domains: domains.iter().map(Field::text).collect::<Result<_, _>>()?,
            routes: routes(&host, clusters)?,
        });
    }
    Ok(hosts)
}

/// The list `routes`.
pub(super) fn routes(at: &Field<'_>, clusters: &[Cluster]) -> Result<Vec<Route>, ConfigError> {
    let mut routes = Vec::new();
    for field in at.need("routes")?.items()? {
        field.only(&["name", "match", "route", "direct_response"])?;
        let Some(path) = path(&field.need("match")?)? else {
            continue;
        };
        let action = match (field.get("route")?, field.get("direct_response")?) {
            (Some(route), None) => to_cluster(&route, clusters)?,
            (None, Some(direct)) => answered(&direct)?,
            _ if field.source.lenient => {
                field
                    .note("has neither a route to a cluster nor a direct response and is left out");
                continue;
            }
            _ => {
                return Err(field.error(
                    "a route needs one action",
                    "give either `route` or `direct_response`",
                ));
            }
        };
        routes.push(Route {
            name: field.text_or_empty("name")?,
            path,
            action,
        });
    }
    Ok(routes)
}

fn path(at: &Field<'_>) -> Result<Option<PathMatch>, ConfigError> {
    at.only(&["prefix", "path"])?;
    match (at.get("prefix")?, at.get("path")?) {
        (Some(prefix), None) => Ok(Some(PathMatch::Prefix(prefix.text()?))),
        (None, Some(path)) => Ok(Some(PathMatch::Exact(path.text()?))),
        _ if at.source.lenient => {
            at.note("matches neither by prefix nor by path, so its route is left out");
            Ok(None)
        }
        _ => Err(at.error(
            "a route matches by one of two",
            "give either `prefix` or `path`",
        )),
    }
}

fn to_cluster(at: &Field<'_>, clusters: &[Cluster]) -> Result<RouteAction, ConfigError> {
    at.only(&["cluster", "timeout"])?;
    Ok(RouteAction::Cluster {
        cluster: cluster(&at.need("cluster")?, clusters)?,
        timeout: at.time_or("timeout", Some(TIMEOUT))?,
    })
}

fn answered(at: &Field<'_>) -> Result<RouteAction, ConfigError> {
    at.only(&["status", "body"])?;
    let body = match at.get("body")? {
        None => String::new(),
        Some(body) => match body.get("inline_string") {
            Ok(Some(text)) => text.text()?,
            _ => body.text()?,
        },
    };
    Ok(RouteAction::Direct {
        status: at.need("status")?.number(200, 599)? as u16,
        body: body.into_bytes(),
    })
}

/// The index of the cluster that is named here.
pub(super) fn cluster(at: &Field<'_>, clusters: &[Cluster]) -> Result<usize, ConfigError> {
    let name = at.text()?;
    let found = clusters.iter().position(|cluster| cluster.name == name);
    found.ok_or_else(|| {
        let known: Vec<_> = clusters
            .iter()
            .map(|cluster| cluster.name.as_str())
            .collect();
        at.error(
            format!("there is no cluster `{name}`"),
            match known.as_slice() {
                [] => "add it under `clusters`".to_owned(),
                known => format!(
                    "name one of {}, or add it under `clusters`",
                    known.join(", ")
                ),
            },
        )
    })
}
