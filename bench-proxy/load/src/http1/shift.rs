//! The worker while the clock runs: what is due is sent, what comes is taken.

use std::io::{self, Read as _};

use mio::{Events, Token};

use super::connection::{Connection, State};
use super::worker::Worker;
use crate::clock::Clock;
use crate::plan::Demand;
use crate::response::{Garbage, Step};
use crate::run::Meter;
use crate::source::Source;
use crate::stop::Stop;
use crate::tally::{ErrorKind, Flight, Tally, Window};
use crate::waiter::TIMER;

/// How often it looks for what takes too long.
const SWEEP_NS: u64 = 5_000_000;
const EVENTS: usize = 256;
const READ_BYTES: usize = 64 << 10;

/// The worker while the clock runs.
pub(super) struct Shift<'a> {
    pub(super) worker: Worker<'a>,
    pub(super) clock: Clock,
    pub(super) source: Source,
    pub(super) tally: Tally,
}

impl Shift<'_> {
    pub(super) fn run(&mut self, meter: &mut Meter, window: Window, stop: &Stop) -> io::Result<()> {
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
    pub(super) fn release(&mut self, now: u64) {
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
    pub(super) fn answered(&mut self, index: usize, flight: Flight) -> bool {
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
}
