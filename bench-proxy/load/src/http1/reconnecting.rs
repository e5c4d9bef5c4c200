//! Connections that end, fail or take too long, and are opened anew.

use std::io;

use mio::Token;
use mio::net::TcpStream;

use super::connection::State;
use super::shift::Shift;
use super::worker::interest;
use crate::tally::{ErrorKind, Flight};

/// How long it waits after a connection could not be opened.
const RETRY_NS: u64 = 10_000_000;

impl Shift<'_> {
    /// The server has closed the connection.
    pub(super) fn closed(&mut self, index: usize) {
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

    pub(super) fn fail(&mut self, index: usize, flight: Flight, kind: ErrorKind, text: &str) {
        let now = self.clock.now();
        self.tally.failed(&flight, now, kind, text);
        self.reopen(index);
    }

    /// Opens the connection anew.
    pub(super) fn reopen(&mut self, index: usize) {
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

    pub(super) fn opened(&mut self, index: usize) {
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
    pub(super) fn unopened(&mut self, index: usize, error: &io::Error) {
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
    pub(super) fn sweep(&mut self, now: u64) {
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
