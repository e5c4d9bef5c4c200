//! What a thread waited for VMs that it shares with others.

use std::any::Any;
use std::time::Duration;

use hdrhistogram::Histogram;
use host_core::{LockWatch, Seat};
use reports::{Latency, LockWaits};

use super::Failed;
use super::clock::ns;
use super::passes::latencies;

/// The waits of one thread.
#[derive(Debug)]
pub(super) struct Waits {
    acquisitions: u64,
    waited_ns: u64,
    waits: Histogram<u64>,
}

impl LockWatch for Waits {
    fn taken(&mut self, waited: Option<Duration>) {
        self.acquisitions += 1;
        if let Some(waited) = waited.map(ns) {
            self.waited_ns += waited;
            self.waits.saturating_record(waited);
        }
    }
}

impl Waits {
    /// None yet.
    pub(super) fn new() -> Result<Self, Failed> {
        Ok(Self {
            acquisitions: 0,
            waited_ns: 0,
            waits: latencies()?,
        })
    }

    /// Takes back what [`Seat::set_lock_watch`] was given.
    pub(super) fn of(seat: &mut Seat) -> Option<Box<Self>> {
        let watch: Box<dyn Any> = seat.set_lock_watch(None)?;
        watch.downcast().ok()
    }

    /// Adds another thread's.
    pub(super) fn add(&mut self, other: &Self) -> Result<(), Failed> {
        self.acquisitions += other.acquisitions;
        self.waited_ns += other.waited_ns;
        self.waits
            .add(&other.waits)
            .map_err(|error| Failed::error(format!("histogram: {error}")))
    }

    /// For the record.
    pub(super) fn record(&self) -> Result<LockWaits, Failed> {
        Ok(LockWaits {
            acquisitions: self.acquisitions,
            contended: self.waits.len(),
            waited_ns: self.waited_ns,
            waits: Latency::from_histogram(&self.waits).map_err(Failed::error)?,
        })
    }
}
