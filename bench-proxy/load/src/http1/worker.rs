//! A thread that sends requests of HTTP/1.1.

use std::collections::VecDeque;
use std::io::{self, Read as _};
use std::sync::Arc;

use mio::net::TcpStream;
use mio::{Events, Interest, Token};

use super::connection::{Connection, State};
use crate::clock::Clock;
use crate::connect::connect;
use crate::error::LoadError;
use crate::mix::{Mix, Shot};
use crate::plan::{Demand, Pacing, Plan};
use crate::response::{Garbage, Memo, Step};
use crate::run::{Meter, Ran};
use crate::source::Source;
use crate::stop::Stop;
use crate::tally::{ErrorKind, Flight, Tally, Window};
use crate::waiter::{TIMER, Waiter};

/// How often it looks for what takes too long.
const SWEEP_NS: u64 = 5_000_000;
/// How long it waits after a connection could not be opened.
const RETRY_NS: u64 = 10_000_000;
const EVENTS: usize = 256;
const READ_BYTES: usize = 64 << 10;

/// A thread that sends requests of HTTP/1.1.
pub(crate) struct Worker<'a> {
    plan: &'a Plan,
    shots: Arc<[Shot]>,
    waiter: Waiter,
    connections: Vec<Connection>,
    idle: VecDeque<usize>,
    /// The last good header of an answer to each shot.
    memos: Vec<Option<Memo>>,
    timeout: u64,
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

/// The worker while the clock runs.
struct Shift<'a> {
    worker: Worker<'a>,
    clock: Clock,
    source: Source,
    tally: Tally,
}

fn interest() -> Interest {
    Interest::READABLE | Interest::WRITABLE
}

impl Shift<'_> {
    fn run(&mut self, meter: &mut Meter, window: Window, stop: &Stop) -> io::Result<()> {
        let mut events = Events::with_capacity(EVENTS);
        let mut scratch = vec![0; READ_BYTES];
        let open = self.worker.plan.demand != Demand::Closed;
        let last = if open {
            window.to.saturating_add(self.worker.timeout)
        } else {
            window.to
        };
        let mut sweep = 0;
        loop {
            let now = self.clock.now();
            meter.look(now, self.worker.waiter.spun());
            if now >= sweep {
                sweep = now + SWEEP_NS;
                self.sweep(now);
                if stop.is_set() {
                    meter.close(now, self.worker.waiter.spun());
                    return Ok(());
                }
            }
            self.release(now);
            if self.source.is_over(now) {
                meter.over(now, self.worker.waiter.spun());
                let quiet = self.source.is_drained() && !self.is_busy();
                if now >= last || quiet {
                    return Ok(());
                }
            }
            let until = meter
                .next(now)
                .min(self.source.next_due().unwrap_or(u64::MAX));
            let until = until.min(sweep);
            self.worker
                .waiter
                .wait(&mut events, &self.clock, now, until)?;
            for event in &events {
                let Token(index) = event.token();
                if index != TIMER {
                    let end = event.is_read_closed() || event.is_error();
                    let (readable, writable) = (event.is_readable(), event.is_writable());
                    self.event(index, readable || end, writable || end, end, &mut scratch);
                }
            }
        }
    }

    fn is_busy(&self) -> bool {
        let busy = |connection: &Connection| matches!(connection.state, State::Busy(_));
        self.worker.connections.iter().any(busy)
    }

    /// Sends what is due on connections that are free.
    #[inline]
    fn release(&mut self, now: u64) {
        self.source.collect(now, &mut self.tally);
        while let Some(&index) = self.worker.idle.front() {
            let now = self.clock.now();
            let Some(flight) = self.source.take(now, &mut self.tally) else {
                return;
            };
            self.worker.idle.pop_front();
            self.send(index, flight);
        }
        self.source.starve(now, &mut self.tally);
    }

    #[inline]
    fn send(&mut self, index: usize, flight: Flight) {
        let connection = &mut self.worker.connections[index];
        connection.state = State::Busy(flight);
        connection.written = 0;
        connection.response.clear();
        self.write(index, flight);
    }

    #[inline]
    fn write(&mut self, index: usize, flight: Flight) {
        let request = &self.worker.shots[flight.shot].bytes;
        match self.worker.connections[index].write(request) {
            Ok(written) => self.tally.counts.bytes_sent += written as u64,
            // What the server said before it broke off is not read any more.
            Err(error) => self.fail(index, flight, ErrorKind::of(&error), &error.to_string()),
        }
    }

    /// Something happened on a connection.
    #[inline]
    fn event(
        &mut self,
        index: usize,
        readable: bool,
        writable: bool,
        end: bool,
        scratch: &mut [u8],
    ) {
        match self.worker.connections[index].state {
            State::Connecting(_) => {
                self.opened(index);
                return;
            }
            State::Busy(flight) if writable => {
                let all = self.worker.shots[flight.shot].bytes.len();
                if self.worker.connections[index].written < all && !end {
                    self.write(index, flight);
                }
            }
            _ => {}
        }
        if readable {
            self.read(index, end, scratch);
        }
    }

    #[inline]
    fn read(&mut self, index: usize, to_the_end: bool, scratch: &mut [u8]) {
        loop {
            let Some(stream) = &mut self.worker.connections[index].stream else {
                return;
            };
            match stream.read(scratch) {
                Ok(0) => return self.closed(index),
                Ok(read) => {
                    self.tally.counts.bytes_received += read as u64;
                    if !self.take(index, &scratch[..read]) {
                        return;
                    }
                    // A short read has emptied the socket; what comes later is told anew.
                    if read < scratch.len() && !to_the_end {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    return match self.worker.connections[index].state {
                        State::Busy(flight) => {
                            self.fail(index, flight, ErrorKind::of(&error), &error.to_string());
                        }
                        _ => self.reopen(index),
                    };
                }
            }
        }
    }

    /// Takes bytes that came; false when the connection is not what it was any more.
    #[inline]
    fn take(&mut self, index: usize, bytes: &[u8]) -> bool {
        let connection = &mut self.worker.connections[index];
        let State::Busy(flight) = connection.state else {
            // Nobody asked, so nobody is charged.
            self.reopen(index);
            return false;
        };
        let shot = &self.worker.shots[flight.shot];
        let memo = &mut self.worker.memos[flight.shot];
        let garbage = match connection.response.take(bytes, shot, memo) {
            Ok(Step::More) => return true,
            Ok(Step::Done(taken)) if taken == bytes.len() => return self.answered(index, flight),
            Ok(Step::Done(_)) => Garbage::Unasked,
            Err(garbage) => garbage,
        };
        self.fail(index, flight, ErrorKind::Protocol, &garbage.to_string());
        false
    }

    /// A whole answer came; false when the connection is opened anew after it.
    #[inline]
    fn answered(&mut self, index: usize, flight: Flight) -> bool {
        let now = self.clock.now();
        let connection = &mut self.worker.connections[index];
        let shot = &self.worker.shots[flight.shot];
        let response = &mut connection.response;
        let (status, difference) = (response.status(), response.difference());
        self.tally
            .answered(&flight, now, status, difference, &shot.id);
        let stays = !response.closes() && connection.written == shot.bytes.len();
        if stays {
            connection.state = State::Idle;
            self.worker.idle.push_back(index);
        } else {
            self.reopen(index);
        }
        self.release(now);
        stays
    }

    /// The server has closed the connection.
    fn closed(&mut self, index: usize) {
        let connection = &mut self.worker.connections[index];
        let State::Busy(flight) = connection.state else {
            return self.reopen(index);
        };
        if connection.response.close(&self.worker.shots[flight.shot]) {
            self.answered(index, flight);
        } else {
            let text = "the connection was closed before the whole answer";
            self.fail(index, flight, ErrorKind::EarlyClose, text);
        }
    }

    fn fail(&mut self, index: usize, flight: Flight, kind: ErrorKind, text: &str) {
        let now = self.clock.now();
        self.tally.failed(&flight, now, kind, text);
        self.reopen(index);
    }

    /// Opens the connection anew.
    fn reopen(&mut self, index: usize) {
        if matches!(self.worker.connections[index].state, State::Idle) {
            self.worker.idle.retain(|idle| *idle != index);
        }
        self.worker.connections[index].stream = None;
        self.tally.counts.reconnects += 1;
        let now = self.clock.now();
        let opened =
            TcpStream::connect(self.worker.plan.target.address()).and_then(|mut stream| {
                let registry = self.worker.waiter.registry();
                registry.register(&mut stream, Token(index), interest())?;
                Ok(stream)
            });
        match opened {
            Ok(stream) => {
                let connection = &mut self.worker.connections[index];
                connection.stream = Some(stream);
                connection.state = State::Connecting(now);
            }
            Err(error) => self.unopened(index, &error),
        }
    }

    fn opened(&mut self, index: usize) {
        let opened = self.worker.connections[index].opened();
        match opened {
            Ok(false) => {}
            Ok(true) => {
                let connection = &mut self.worker.connections[index];
                if let Some(stream) = &connection.stream {
                    // Without it answers would only come later.
                    let _ = stream.set_nodelay(true);
                }
                connection.state = State::Idle;
                self.worker.idle.push_back(index);
                let now = self.clock.now();
                self.release(now);
            }
            Err(error) => self.unopened(index, &error),
        }
    }

    /// A connection could not be opened: the request that would have used it has failed.
    fn unopened(&mut self, index: usize, error: &io::Error) {
        let now = self.clock.now();
        let connection = &mut self.worker.connections[index];
        connection.stream = None;
        connection.state = State::Down(now + RETRY_NS);
        self.source.collect(now, &mut self.tally);
        if let Some(flight) = self.source.take(now, &mut self.tally) {
            let text = format!("cannot connect: {error}");
            self.tally.failed(&flight, now, ErrorKind::Connect, &text);
        }
    }

    /// Looks for what takes too long, and for connections to try again.
    fn sweep(&mut self, now: u64) {
        for index in 0..self.worker.connections.len() {
            match self.worker.connections[index].state {
                State::Busy(flight) if now.saturating_sub(flight.sent) > self.worker.timeout => {
                    let text = "no whole answer in time";
                    self.fail(index, flight, ErrorKind::Timeout, text);
                }
                State::Connecting(since) if now.saturating_sub(since) > self.worker.timeout => {
                    self.unopened(index, &io::ErrorKind::TimedOut.into());
                }
                State::Down(until) if now >= until => self.reopen(index),
                _ => {}
            }
        }
    }
}
