//! A thread that sends requests of HTTP/2.

use std::net::TcpStream;

use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;

use super::shift::Shift;
use crate::clock::Clock;
use crate::connect::connect;
use crate::error::LoadError;
use crate::mix::Mix;
use crate::plan::Plan;
use crate::run::{Meter, Ran};
use crate::stop::Stop;
use crate::tally::Window;

/// A thread that sends requests of HTTP/2.
pub(crate) struct Worker<'a> {
    plan: &'a Plan,
    mix: &'a Mix,
    runtime: Runtime,
    streams: Vec<TcpStream>,
}

impl<'a> Worker<'a> {
    /// Opens `count` connections.
    pub(crate) fn new(plan: &'a Plan, mix: &'a Mix, count: usize) -> Result<Self, LoadError> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(LoadError::system("wait for sockets"))?;
        let open = |_| connect(plan.target.address(), plan.timeout);
        Ok(Self {
            plan,
            mix,
            runtime,
            streams: (0..count).map(open).collect::<Result<_, _>>()?,
        })
    }

    /// Sends until the window is over and what was sent has ended.
    pub(crate) fn run(
        self,
        clock: Clock,
        window: Window,
        index: usize,
        stop: &Stop,
    ) -> Result<Ran, LoadError> {
        let tasks = LocalSet::new();
        let mut meter = Meter::new(window);
        let shift = Shift::new(self.plan, self.mix, clock, window, index);
        let run = shift.run(self.streams, &mut meter, stop);
        tasks
            .block_on(&self.runtime, run)
            .map_err(LoadError::system("wait for sockets"))?;
        // Tasks that still run hold the shift; they end with their set.
        drop(tasks);
        Ok(meter.end(shift.into_tally(), 0, stop.is_set()))
    }
}
