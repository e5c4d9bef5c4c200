//! Routes.

use std::time::Duration;

use super::field::Field;
use super::node::Value;
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
        for domain in &domains {
            let text = domain.text()?;
            if text.len() > 1 && text.ends_with('*') {
                domain.note("matches no host here: exact names, `*.suffix` and `*` do");
            }
        }
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
                None
            }
            _ => {
                return Err(field.error(
                    "a route needs one action",
                    "give either `route` or `direct_response`",
                ));
            }
        };
        if let Some(action) = action {
            routes.push(Route {
                name: field.text_or_empty("name")?,
                path,
                action,
            });
        }
    }
    Ok(routes)
}

fn path(at: &Field<'_>) -> Result<Option<PathMatch>, ConfigError> {
    let known = ["prefix", "path"];
    if !at.source.lenient {
        at.only(&known)?;
    }
    // Without one of its conditions a route would take what is not its own.
    if let Some((name, _)) = at.fields()?.iter().find(|(name, _)| !known.contains(name)) {
        at.note(&format!("`{name}` is not known, so its route is left out"));
        return Ok(None);
    }
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

fn to_cluster(at: &Field<'_>, clusters: &[Cluster]) -> Result<Option<RouteAction>, ConfigError> {
    at.only(&["cluster", "timeout"])?;
    let Some(cluster) = known_cluster(at, clusters)? else {
        return Ok(None);
    };
    Ok(Some(RouteAction::Cluster {
        cluster,
        timeout: at.time_or("timeout", Some(TIMEOUT))?,
    }))
}

fn answered(at: &Field<'_>) -> Result<Option<RouteAction>, ConfigError> {
    at.only(&["status", "body"])?;
    let body = match at.get("body")? {
        None => String::new(),
        Some(body) if matches!(body.node.value, Value::Map(_)) => {
            let Some(text) = body.get("inline_string")? else {
                if at.source.lenient {
                    body.note("is no `inline_string`, so its route is left out");
                    return Ok(None);
                }
                return Err(body.error("it is no text", "give `body: TEXT`"));
            };
            text.text()?
        }
        Some(body) => body.text()?,
    };
    Ok(Some(RouteAction::Direct {
        status: at.need("status")?.number(200, 599)? as u16,
        body: body.into_bytes(),
    }))
}

/// The index of the cluster that the field `cluster` names. `None`, noted, where another proxy's
/// file chooses clusters by other means, or names one that was left out or comes from elsewhere.
pub(super) fn known_cluster(
    at: &Field<'_>,
    clusters: &[Cluster],
) -> Result<Option<usize>, ConfigError> {
    if !at.source.lenient {
        return cluster(&at.need("cluster")?, clusters).map(Some);
    }
    let Some(named) = at.get("cluster")? else {
        at.note("names no `cluster` and is left out");
        return Ok(None);
    };
    let found = cluster(&named, clusters).ok();
    if found.is_none() {
        let name = named.text()?;
        at.note(&format!("is left out: there is no cluster `{name}` here"));
    }
    Ok(found)
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
