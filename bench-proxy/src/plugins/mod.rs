//! Plugins at work: their VMs, the chains of filters that streams pass, and what they ask of
//! the proxy.

mod callout;
mod chain;
mod compile;
mod hub;
mod info;
mod knock;
mod lingering;
mod log;
mod pace;
mod seat;
mod services;
mod shared;
mod sight;
mod waits;

pub(crate) use chain::{Chain, ChainRef, Ending, Over, Piece, Side};
pub(crate) use compile::start;
pub(crate) use hub::{Command, Hub, set_worker};
pub(crate) use info::{RouteNames, StreamInfo};
pub(crate) use knock::Knock;
pub(crate) use lingering::Lingering;
pub(crate) use seat::{Entry, PluginSeat};
pub(crate) use shared::PluginShared;
pub(crate) use sight::Sight;
pub(crate) use waits::LockTotals;

pub(crate) use callout::run as run_callout;
pub use compile::PluginError;
