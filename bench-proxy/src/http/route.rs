//! Which route a request takes.

use std::sync::Arc;

use crate::config::{Cluster, PathMatch, RouteAction, VirtualHost};
use crate::plugins::RouteNames;

/// The routes of a listener.
#[derive(Debug)]
pub(crate) struct Router {
    hosts: Vec<Host>,
}

#[derive(Debug)]
struct Host {
    domains: Vec<String>,
    routes: Vec<Way>,
}

/// A route that requests can take.
#[derive(Debug)]
pub(crate) struct Way {
    path: PathMatch,
    pub(crate) action: RouteAction,
    pub(crate) names: Arc<RouteNames>,
}

impl Router {
    /// Routes to `clusters`.
    pub(crate) fn new(hosts: &[VirtualHost], clusters: &[Cluster]) -> Self {
        let host = |host: &VirtualHost| Host {
            domains: host.domains.clone(),
            routes: host
                .routes
                .iter()
                .map(|route| Way {
                    path: route.path.clone(),
                    action: route.action.clone(),
                    names: Arc::new(RouteNames {
                        host: host.name.clone(),
                        route: route.name.clone(),
                        cluster: match route.action {
                            RouteAction::Cluster { cluster, .. } => clusters[cluster].name.clone(),
                            RouteAction::Direct { .. } => String::new(),
                        },
                    }),
                })
                .collect(),
        };
        Self {
            hosts: hosts.iter().map(host).collect(),
        }
    }

    /// The route of a request: of the host that fits best, the first whose path matches.
    #[inline]
    pub(crate) fn find(&self, authority: &str, path: &str) -> Option<&Way> {
        // The common case needs no look at the name.
        let host = match self.hosts.as_slice() {
            [only] if only.domains.iter().any(|domain| domain == "*") => only,
            hosts => best(hosts, authority)?,
        };
        let without_query = || path.split('?').next().unwrap_or(path);
        host.routes.iter().find(|route| match &route.path {
            PathMatch::Prefix(prefix) => path.starts_with(prefix.as_str()),
            PathMatch::Exact(exact) => without_query() == exact,
        })
    }
}

/// Exact names go before suffixes, longer suffixes before shorter ones, `*` comes last.
fn best<'a>(hosts: &'a [Host], authority: &str) -> Option<&'a Host> {
    let name = match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => authority,
    };
    let rank = |domain: &String| -> Option<usize> {
        if domain == "*" {
            return Some(1);
        }
        if domain.eq_ignore_ascii_case(name) || domain.eq_ignore_ascii_case(authority) {
            return Some(usize::MAX);
        }
        let suffix = domain.strip_prefix('*')?.as_bytes();
        let start = name.len().checked_sub(suffix.len())?;
        let same = name.as_bytes()[start..].eq_ignore_ascii_case(suffix);
        (same && start > 0).then_some(1 + suffix.len())
    };
    hosts
        .iter()
        .filter_map(|host| Some((host, host.domains.iter().filter_map(rank).max()?)))
        // Of equals the first, as written.
        .rev()
        .max_by_key(|(_, rank)| *rank)
        .map(|(host, _)| host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Route;

    fn host(name: &str, domains: &[&str], paths: &[PathMatch]) -> VirtualHost {
        let route = |path: &PathMatch| Route {
            name: format!("{path:?}"),
            path: path.clone(),
            action: RouteAction::Direct {
                status: 200,
                body: Vec::new(),
            },
        };
        VirtualHost {
            name: name.to_owned(),
            domains: domains.iter().map(ToString::to_string).collect(),
            routes: paths.iter().map(route).collect(),
        }
    }

    #[test]
    fn the_host_that_fits_best_is_taken() {
        let any = [PathMatch::Prefix("/".to_owned())];
        let router = Router::new(
            &[
                host("rest", &["*"], &any),
                host("suffix", &["*.example"], &any),
                host("longer", &["*.shop.example"], &any),
                host("exact", &["a.shop.example"], &any),
            ],
            &[],
        );
        let name = |authority: &str| &*router.find(authority, "/").expect("found").names.host;
        assert_eq!(name("other"), "rest");
        assert_eq!(name("x.example:8080"), "suffix");
        assert_eq!(name("b.Shop.example"), "longer");
        assert_eq!(name("A.shop.example:1"), "exact");
        assert_eq!(name(".example"), "rest");
    }

    #[test]
    fn paths_match_by_prefix_or_exactly_whatever_the_query() {
        let exact = PathMatch::Exact("/a".to_owned());
        let prefix = PathMatch::Prefix("/a/".to_owned());
        let router = Router::new(&[host("h", &["*"], &[exact.clone(), prefix.clone()])], &[]);
        let path = |path: &str| router.find("h", path).map(|route| route.path.clone());
        assert_eq!(path("/a?b=/a/"), Some(exact));
        assert_eq!(path("/a/b"), Some(prefix));
        assert_eq!(path("/ab"), None);
    }
}
