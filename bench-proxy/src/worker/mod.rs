//! A worker: one thread with its listeners, connections, upstreams and VMs.

mod accept;
mod events;
mod run;
mod setup;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use host_core::Stream;

use crate::net::Connections;
use crate::plugins::{Chain, ChainRef, Hub, Lingering, PluginSeat};
use crate::stats::Stats;
use crate::timers::Timers;
use crate::upstream::{BodyError, Cluster};

pub(crate) use run::run;
pub(crate) use setup::{Phase, Setup};

/// A worker.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) number: usize,
    pub(crate) timers: Rc<Timers>,
    pub(crate) stats: Arc<Stats>,
    pub(crate) clusters: Vec<Rc<Cluster>>,
    pub(crate) hub: Arc<Hub>,
    /// Places at all plugins, by index; services that run elsewhere have none here.
    pub(crate) seats: Vec<Option<Rc<PluginSeat>>>,
    /// Streams whose room is used again; VMs take them in boxes.
    #[allow(clippy::vec_box)]
    pub(crate) streams: RefCell<Vec<Box<Stream>>>,
    /// Chains that no stream goes through, to be used again.
    pub(crate) spare: RefCell<Vec<ChainRef>>,
    /// Chains with VMs of their own.
    pub(crate) fresh: RefCell<HashMap<u64, Weak<RefCell<Chain>>>>,
    /// VMs that outlive their streams.
    pub(crate) lingering: Lingering,
    connections: Connections,
    draining: Cell<bool>,
}

impl Worker {
    /// Keeps a chain that no stream goes through any more.
    pub(crate) fn keep(&self, chain: &ChainRef) {
        // A chain holds its worker, so a worker that ends must not hold any.
        if !self.draining.get() {
            self.spare.borrow_mut().push(chain.clone());
        }
    }

    /// Begins to end.
    fn drain(&self) {
        self.draining.set(true);
        self.spare.borrow_mut().clear();
    }

    /// Counts a body that ended before its end.
    pub(crate) fn count_body(&self, error: BodyError) -> BodyError {
        match error {
            BodyError::TooLarge => self.stats.too_large.count(),
            BodyError::Late => self.stats.request_timeouts.count(),
            BodyError::Broken | BodyError::Ended => {}
        }
        error
    }
}
