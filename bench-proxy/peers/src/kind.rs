//! Which proxies there are.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::FilterKind;

/// A proxy by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProxyKind {
    /// This project's own: `pwbench serve`.
    Bench,
    /// Envoy.
    Envoy,
    /// nginx.
    Nginx,
    /// Apache Traffic Server.
    Ats,
    /// MOSN.
    Mosn,
}

impl ProxyKind {
    /// All of them, in the order of reports.
    pub const ALL: [ProxyKind; 5] = [
        ProxyKind::Bench,
        ProxyKind::Envoy,
        ProxyKind::Nginx,
        ProxyKind::Ats,
        ProxyKind::Mosn,
    ];

    /// The name that commands and results use.
    pub fn word(self) -> &'static str {
        match self {
            ProxyKind::Bench => "bench",
            ProxyKind::Envoy => "envoy",
            ProxyKind::Nginx => "nginx",
            ProxyKind::Ats => "ats",
            ProxyKind::Mosn => "mosn",
        }
    }

    /// The name that people use.
    pub fn title(self) -> &'static str {
        match self {
            ProxyKind::Bench => "bench-proxy",
            ProxyKind::Envoy => "Envoy",
            ProxyKind::Nginx => "nginx",
            ProxyKind::Ats => "Apache Traffic Server",
            ProxyKind::Mosn => "MOSN",
        }
    }

    /// The filters that it can have, that of no filter first.
    pub fn filters(self) -> &'static [FilterKind] {
        use FilterKind::{Lua, Native, None, Wasm};
        match self {
            ProxyKind::Bench | ProxyKind::Mosn => &[None, Wasm],
            ProxyKind::Envoy => &[None, Wasm, Lua, Native],
            ProxyKind::Nginx | ProxyKind::Ats => &[None, Lua, Native],
        }
    }

    /// What runs the filter there, as reports show it.
    pub fn mechanism(self, filter: FilterKind) -> &'static str {
        match (self, filter) {
            (_, FilterKind::None) => "none",
            (ProxyKind::Envoy, FilterKind::Wasm) => "wasm on V8",
            (ProxyKind::Mosn, FilterKind::Wasm) => "wasm on wazero",
            (_, FilterKind::Wasm) => "wasm",
            (ProxyKind::Ats, FilterKind::Lua) => "tslua",
            (ProxyKind::Ats, _) => "header_rewrite",
            (_, FilterKind::Lua) => "LuaJIT",
            (ProxyKind::Envoy, _) => "header mutation",
            (_, FilterKind::Native) => "add_header",
        }
    }

    /// The command that gets it.
    pub fn remedy(self) -> &'static str {
        match self {
            ProxyKind::Bench => "it is this program itself",
            ProxyKind::Envoy => "scripts/peers/envoy",
            ProxyKind::Nginx => "scripts/peers/nginx",
            ProxyKind::Ats => "scripts/peers/ats",
            ProxyKind::Mosn => "scripts/peers/mosn",
        }
    }
}

impl fmt::Display for ProxyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A proxy of a name that is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no proxy `{name}`; use one of bench, envoy, nginx, ats, mosn")]
pub struct ParseProxyError {
    name: String,
}

impl FromStr for ProxyKind {
    type Err = ParseProxyError;

    fn from_str(text: &str) -> Result<Self, ParseProxyError> {
        let named = ProxyKind::ALL.into_iter().find(|kind| kind.word() == text);
        named.ok_or_else(|| ParseProxyError {
            name: text.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_others_refused_with_those_there_are() {
        for kind in ProxyKind::ALL {
            assert_eq!(kind.word().parse(), Ok(kind));
        }
        let error = "haproxy".parse::<ProxyKind>().unwrap_err().to_string();
        assert!(
            error.contains("`haproxy`") && error.ends_with("nginx, ats, mosn"),
            "{error}"
        );
    }

    #[test]
    fn every_proxy_can_run_without_a_filter() {
        for kind in ProxyKind::ALL {
            assert_eq!(kind.filters()[0], FilterKind::None);
        }
    }
}
