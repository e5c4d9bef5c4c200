//! Plugins at work: their VMs, the chains of filters that streams pass, and what they ask of
//! the proxy.

mod callout;
mod chain;
mod compile;
mod hub;
mod info;
mod log;
mod seat;
mod services;
mod shared;

pub(crate) use chain::{Chain, ChainRef, Ending, Over, Parts, Piece, Side};
pub(crate) use compile::start;
pub(crate) use hub::{Command, Hub, set_worker};
pub(crate) use info::StreamInfo;
pub(crate) use seat::{Entry, PluginSeat};
pub(crate) use shared::PluginShared;

pub(crate) use callout::run as run_callout;
pub use compile::PluginError;
