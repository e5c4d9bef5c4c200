//! ABI versions, chosen from a module's marker export.

use std::fmt;

/// A version of the Proxy-Wasm ABI that this host implements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AbiVersion {
    /// 0.1.0: header callbacks without `end_of_stream`, `proxy_continue_request` and friends.
    V0_1_0,
    /// 0.2.0: 0.2.1 without `proxy_get_log_level`.
    V0_2_0,
    /// 0.2.1, the current version.
    V0_2_1,
}

impl AbiVersion {
    /// Every version, oldest first.
    pub const ALL: [AbiVersion; 3] = [Self::V0_1_0, Self::V0_2_0, Self::V0_2_1];

    /// The export by which a module says that it was built for this version.
    pub const fn marker(self) -> &'static str {
        match self {
            Self::V0_1_0 => "proxy_abi_version_0_1_0",
            Self::V0_2_0 => "proxy_abi_version_0_2_0",
            Self::V0_2_1 => "proxy_abi_version_0_2_1",
        }
    }

    /// The version whose marker is `export`, if any.
    pub fn from_marker(export: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|version| version.marker() == export)
    }
}

impl fmt::Display for AbiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V0_1_0 => "0.1.0",
            Self::V0_2_0 => "0.2.0",
            Self::V0_2_1 => "0.2.1",
        })
    }
}
