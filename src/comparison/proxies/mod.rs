//! Two configurations of the proxy against each other: four proxies at once on one core, loaded
//! in turn by one generator in front of one upstream, each on a core of its own where there
//! are enough.

mod duel;
mod matter;
mod server;
mod turns;

pub(crate) use duel::{ProxyDuel, check_proxies};
pub(crate) use matter::ProxyMatter;
