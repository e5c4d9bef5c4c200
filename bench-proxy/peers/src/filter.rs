//! What a proxy does to each request beyond passing it on.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The response headers that every filter but a whole workload's plugin adds.
pub const ADDED: [(&str, &str); 2] = [("hi", "trendyol!"), ("x-wasm-custom", "FOO")];

/// A kind of filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FilterKind {
    /// No filter.
    None,
    /// A Proxy-Wasm plugin.
    Wasm,
    /// A script in Lua.
    Lua,
    /// The proxy's own way to add headers, compiled in.
    Native,
}

impl FilterKind {
    /// All kinds.
    pub const ALL: [FilterKind; 4] = [
        FilterKind::None,
        FilterKind::Wasm,
        FilterKind::Lua,
        FilterKind::Native,
    ];

    /// The word that commands and results use.
    pub fn word(self) -> &'static str {
        match self {
            FilterKind::None => "none",
            FilterKind::Wasm => "wasm",
            FilterKind::Lua => "lua",
            FilterKind::Native => "native",
        }
    }
}

impl fmt::Display for FilterKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A filter of a name that is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no filter `{name}`; use one of none, wasm, lua, native")]
pub struct ParseFilterError {
    name: String,
}

impl FromStr for FilterKind {
    type Err = ParseFilterError;

    fn from_str(text: &str) -> Result<Self, ParseFilterError> {
        let named = FilterKind::ALL.into_iter().find(|kind| kind.word() == text);
        named.ok_or_else(|| ParseFilterError {
            name: text.to_owned(),
        })
    }
}

/// A filter with all it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// None: each proxy's own yardstick.
    None,
    /// A plugin.
    Wasm(Plugin),
    /// [`ADDED`], in Lua.
    Lua,
    /// [`ADDED`], in what the proxy brings along.
    Native,
}

impl Filter {
    /// Its kind.
    pub fn kind(&self) -> FilterKind {
        match self {
            Filter::None => FilterKind::None,
            Filter::Wasm(_) => FilterKind::Wasm,
            Filter::Lua => FilterKind::Lua,
            Filter::Native => FilterKind::Native,
        }
    }
}

/// A Proxy-Wasm plugin: the same module and configuration for every proxy that takes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plugin {
    /// The module's file.
    pub module: PathBuf,
    /// Which root context of the module.
    pub root_id: String,
    /// What `proxy_on_configure` reads.
    pub configuration: String,
    /// The runtime, for the proxy that has several: ours.
    pub runtime: String,
    /// Who shares a VM, for the proxy that lets one choose: `shared`, `thread`, `request` or
    /// `pool:N`.
    pub isolation: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back() {
        for kind in FilterKind::ALL {
            assert_eq!(kind.word().parse(), Ok(kind));
        }
        assert!("perl".parse::<FilterKind>().is_err());
    }
}
