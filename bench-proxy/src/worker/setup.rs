//! What a worker is built from.

use std::net::TcpListener;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;

use crate::config::Config;
use crate::plugins::{Command, Hub, PluginShared};
use crate::report::Report;
use crate::stats::Stats;

/// How far the end of the proxy has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// It serves.
    Serve,
    /// Nothing new is accepted; what runs may end.
    Drain,
    /// Everything ends now.
    Stop,
}

/// What a worker is built from.
pub(crate) struct Setup {
    pub(crate) number: usize,
    pub(crate) config: Arc<Config>,
    /// One for each of the configuration's listeners.
    pub(crate) listeners: Vec<TcpListener>,
    /// All plugins: first those of each listener in turn, then services.
    pub(crate) plugins: Vec<Arc<PluginShared>>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) commands: UnboundedReceiver<Command>,
    pub(crate) stats: Arc<Stats>,
    pub(crate) report: Arc<Report>,
    pub(crate) phase: watch::Receiver<Phase>,
}
