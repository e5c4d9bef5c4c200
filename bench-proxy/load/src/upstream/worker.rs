//! One thread of an upstream.

use std::collections::VecDeque;
use std::io::{self, Read as _};
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mio::net::TcpListener;
use mio::{Events, Interest, Token};
use tokio::sync::mpsc::UnboundedSender;

use super::answers::Answers;
use super::connection::{Connection, Due, Next};
use super::http2;
use crate::clock::Clock;
use crate::plan::Pacing;
use crate::stop::Stop;
use crate::waiter::{TIMER, Waiter};

const LISTENER: usize = TIMER - 1;
const EVENTS: usize = 256;
const READ_BYTES: usize = 64 << 10;
const MAX_CONNECTIONS: usize = 50_000;
/// How often it looks whether it should end.
const SWEEP_NS: u64 = 50_000_000;

/// What a worker needs from its server.
pub(super) struct Setup {
    pub(super) listener: std::net::TcpListener,
    pub(super) answers: Arc<Answers>,
    pub(super) delay: Duration,
    pub(super) counts: Arc<WorkerCounts>,
    pub(super) stop: Stop,
    pub(super) pin: Option<usize>,
}

/// What a worker counts. Only it and its HTTP/2 thread write.
#[derive(Debug, Default)]
pub(super) struct WorkerCounts {
    pub(super) requests: AtomicU64,
    pub(super) connections: AtomicU64,
}

/// An answer that waits for its time.
struct Delayed {
    at: u64,
    connection: usize,
    /// Whose it is, for the place may have been given to another connection.
    number: u64,
    due: Due,
}

/// One thread of an upstream.
pub(super) struct Worker {
    setup: Setup,
    listener: TcpListener,
    waiter: Waiter,
    connections: Vec<Option<(u64, Connection)>>,
    free: Vec<usize>,
    accepted: u64,
    delayed: VecDeque<Delayed>,
    clock: Clock,
    delay: u64,
    /// The thread that HTTP/2 connections go to, once there is one.
    http2: Option<UnboundedSender<(TcpStream, Vec<u8>)>>,
}

impl Worker {
    pub(super) fn new(setup: Setup) -> io::Result<Self> {
        let waiter = Waiter::new(Pacing::Sleep)?;
        let mut listener = TcpListener::from_std(setup.listener.try_clone()?);
        waiter
            .registry()
            .register(&mut listener, Token(LISTENER), Interest::READABLE)?;
        Ok(Self {
            delay: crate::clock::nanoseconds(setup.delay),
            setup,
            listener,
            waiter,
            connections: Vec::new(),
            free: Vec::new(),
            accepted: 0,
            delayed: VecDeque::new(),
            clock: Clock::start_in(Duration::ZERO),
            http2: None,
        })
    }

    /// Serves until it is told to end.
    pub(super) fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(EVENTS);
        let mut scratch = vec![0; READ_BYTES];
        let mut due = Vec::new();
        while !self.setup.stop.is_set() {
            let now = self.clock.now();
            let until = self.delayed.front().map_or(u64::MAX, |first| first.at);
            let until = until.min(now + SWEEP_NS);
            self.waiter.wait(&mut events, &self.clock, now, until)?;
            for event in &events {
                match event.token() {
                    Token(TIMER) => {}
                    Token(LISTENER) => self.accept(),
                    Token(index) => {
                        let end = event.is_read_closed() || event.is_error();
                        self.serve(index, end, &mut scratch, &mut due);
                    }
                }
            }
            self.answer_delayed();
        }
        Ok(())
    }

    fn accept(&mut self) {
        // An error leaves the rest for the next event; the listener itself stays.
        while let Ok((mut stream, _)) = self.listener.accept() {
            if self.connections.len() - self.free.len() >= MAX_CONNECTIONS {
                continue;
            }
            // Without it answers only come later.
            let _ = stream.set_nodelay(true);
            let index = self.free.pop().unwrap_or_else(|| {
                self.connections.push(None);
                self.connections.len() - 1
            });
            let interest = Interest::READABLE | Interest::WRITABLE;
            let registry = self.waiter.registry();
            if registry
                .register(&mut stream, Token(index), interest)
                .is_err()
            {
                self.free.push(index);
                continue;
            }
            self.accepted += 1;
            self.setup
                .counts
                .connections
                .fetch_add(1, Ordering::Relaxed);
            self.connections[index] = Some((self.accepted, Connection::new(stream)));
        }
    }

    fn close(&mut self, index: usize) {
        if self.connections[index].take().is_some() {
            self.free.push(index);
        }
    }

    /// Something happened on a connection.
    #[inline]
    fn serve(&mut self, index: usize, end: bool, scratch: &mut [u8], due: &mut Vec<Due>) {
        loop {
            let Some(Some((number, connection))) = self.connections.get_mut(index) else {
                return;
            };
            // A client that does not read is not read from.
            if connection.is_full() && (connection.flush().is_err() || connection.is_full()) {
                if end {
                    self.close(index);
                }
                return;
            }
            if connection.is_done() {
                return self.close(index);
            }
            let read = match connection.stream.read(scratch) {
                Ok(0) => return self.close(index),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return self.close(index),
            };
            due.clear();
            let next = connection.take(&scratch[..read], &self.setup.answers, due);
            let count = due.len() as u64;
            self.setup
                .counts
                .requests
                .fetch_add(count, Ordering::Relaxed);
            if self.delay == 0 {
                for due in due.iter() {
                    let answer = self.setup.answers.get(due.answer);
                    connection.answer(answer.to(due.is_head));
                }
            } else {
                connection.delayed += due.len();
                let at = self.clock.now() + self.delay;
                let number = *number;
                self.delayed.extend(due.iter().map(|due| Delayed {
                    at,
                    connection: index,
                    number,
                    due: *due,
                }));
            }
            if connection.flush().is_err() || next == Next::Close {
                return self.close(index);
            }
            if next == Next::Http2 {
                return self.hand_over(index);
            }
            if connection.is_done() {
                return self.close(index);
            }
            // A short read has emptied the socket; what comes later is told anew.
            if read < scratch.len() && !end && !connection.is_full() {
                return;
            }
        }
    }

    /// Sends the answers whose time has come.
    fn answer_delayed(&mut self) {
        if self.delayed.is_empty() {
            return;
        }
        let now = self.clock.now();
        while let Some(first) = self.delayed.front()
            && first.at <= now
        {
            let Some(first) = self.delayed.pop_front() else {
                return;
            };
            let Some(Some((number, connection))) = self.connections.get_mut(first.connection)
            else {
                continue;
            };
            if *number != first.number {
                continue;
            }
            connection.delayed -= 1;
            let answer = self.setup.answers.get(first.due.answer);
            connection.answer(answer.to(first.due.is_head));
            if connection.flush().is_err() || connection.is_done() {
                self.close(first.connection);
            }
        }
    }

    /// Gives a connection that speaks HTTP/2 to the thread for these.
    fn hand_over(&mut self, index: usize) {
        let Some((_, mut connection)) = self.connections[index].take() else {
            return;
        };
        self.free.push(index);
        let registry = self.waiter.registry();
        if registry.deregister(&mut connection.stream).is_err() {
            return;
        }
        let stream = TcpStream::from(OwnedFd::from(connection.stream));
        let setup = &self.setup;
        let http2 = self.http2.get_or_insert_with(|| {
            http2::start(
                setup.answers.clone(),
                setup.delay,
                setup.counts.clone(),
                setup.pin,
            )
        });
        // A thread that could not start leaves the connection closed.
        let _ = http2.send((stream, connection.input));
    }
}
