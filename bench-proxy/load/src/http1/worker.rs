//! A thread that sends requests of HTTP/1.1.

use std::collections::VecDeque;
use std::sync::Arc;

use mio::net::TcpStream;
use mio::{Interest, Token};

use super::connection::{Connection, State};
use super::shift::Shift;
use crate::clock::Clock;
use crate::connect::connect;
use crate::error::LoadError;
use crate::mix::{Mix, Shot};
use crate::plan::{Demand, Pacing, Plan};
use crate::response::Memo;
use crate::run::{Meter, Ran};
use crate::source::Source;
use crate::stop::Stop;
use crate::tally::{Tally, Window};
use crate::waiter::Waiter;

/// A thread that sends requests of HTTP/1.1.
pub(crate) struct Worker<'a> {
    pub(super) plan: &'a Plan,
    pub(super) shots: Arc<[Shot]>,
    pub(super) waiter: Waiter,
    pub(super) connections: Vec<Connection>,
    pub(super) idle: VecDeque<usize>,
    /// The last good header of an answer to each shot.
    pub(super) memos: Vec<Option<Memo>>,
    pub(super) timeout: u64,
}

impl<'a> Worker<'a> {
    /// Opens `count` connections.
    pub(crate) fn new(plan: &'a Plan, mix: &'a Mix, count: usize) -> Result<Self, LoadError> {
        let pacing = match plan.demand {
            Demand::Open { .. } => plan.pacing,
            // There is nothing to be on time for.
            Demand::Closed => Pacing::Sleep,
        };
        let waiter = Waiter::new(pacing).map_err(LoadError::system("wait for sockets"))?;
        let mut connections = Vec::with_capacity(count);
        for index in 0..count {
            let stream = connect(plan.target.address(), plan.timeout)?;
            let mut stream = TcpStream::from_std(stream);
            waiter
                .registry()
                .register(&mut stream, Token(index), interest())
                .map_err(LoadError::system("wait for a socket"))?;
            connections.push(Connection::new(stream));
        }
        Ok(Self {
            plan,
            shots: mix.shots(),
            waiter,
            idle: (0..count).collect(),
            connections,
            memos: mix.shots().iter().map(|_| None).collect(),
            timeout: crate::clock::nanoseconds(plan.timeout),
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
        let open = self.plan.demand != Demand::Closed;
        let source = Source::new(self.plan, window, index, self.shots.len());
        let mut shift = Shift {
            worker: self,
            clock,
            source,
            tally: Tally::new(window, open),
        };
        let mut meter = Meter::new(window);
        shift
            .run(&mut meter, window, stop)
            .map_err(LoadError::system("wait for sockets"))?;
        let Shift {
            mut source,
            mut tally,
            worker,
            ..
        } = shift;
        source.abandon(&mut tally);
        for connection in &worker.connections {
            if let State::Busy(flight) = connection.state {
                tally.unfinished(flight.intended);
            }
        }
        Ok(meter.end(tally, worker.waiter.spun(), stop.is_set()))
    }
}

/// What is asked of the kernel about each connection.
pub(super) fn interest() -> Interest {
    Interest::READABLE | Interest::WRITABLE
}
