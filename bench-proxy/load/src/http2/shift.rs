//! The worker while the clock runs: which stream sends what, and which connection is open.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use h2::client::{Builder, SendRequest};
use tokio::net::TcpStream;
use tokio::task::spawn_local;

use super::counted::{Counted, Traffic};
use super::exchange::{Ending, exchange};
use super::pacer::Pacer;
use crate::clock::Clock;
use crate::mix::{Mix, Shot};
use crate::plan::{Demand, Plan};
use crate::run::Meter;
use crate::source::Source;
use crate::stop::Stop;
use crate::tally::{ErrorKind, Flight, Tally, Window};

/// How often it looks whether it is over.
const SWEEP_NS: u64 = 5_000_000;
/// How long it waits after a connection could not be opened.
const RETRY: Duration = Duration::from_millis(10);
/// How often a request that the server did not look at is sent.
const TRIES: u32 = 3;
/// Bytes that may come before they are asked for, so that no answer waits for a window.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 16 << 20;

/// The worker while the clock runs; clones are the same.
#[derive(Clone)]
pub(super) struct Shift(Rc<Shared>);

struct Shared {
    plan: Plan,
    shots: Arc<[Shot]>,
    clock: Clock,
    window: Window,
    traffic: Rc<Traffic>,
    state: RefCell<State>,
}

struct State {
    source: Source,
    tally: Tally,
    connections: Vec<Connection>,
    /// Connections once for each stream that is free.
    idle: VecDeque<usize>,
    /// Requests to be sent again.
    again: VecDeque<(Flight, u32)>,
    flights: Vec<Option<Flight>>,
}

#[derive(Default)]
struct Connection {
    sender: Option<SendRequest<Bytes>>,
    /// How often it was opened.
    generation: u64,
    /// Free streams that wait for it to be opened.
    parked: usize,
}

impl Shift {
    pub(super) fn new(plan: &Plan, mix: &Mix, clock: Clock, window: Window, index: usize) -> Self {
        let open = plan.demand != Demand::Closed;
        Self(Rc::new(Shared {
            plan: plan.clone(),
            shots: mix.shots(),
            clock,
            window,
            traffic: Rc::default(),
            state: RefCell::new(State {
                source: Source::new(plan, window, index, mix.len()),
                tally: Tally::new(window, open),
                connections: Vec::new(),
                idle: VecDeque::new(),
                again: VecDeque::new(),
                flights: Vec::new(),
            }),
        }))
    }

    /// Sends until all is over.
    pub(super) async fn run(
        &self,
        streams: Vec<std::net::TcpStream>,
        meter: &mut Meter,
        stop: &Stop,
    ) -> io::Result<()> {
        let shared = &self.0;
        let timeout = crate::clock::nanoseconds(shared.plan.timeout);
        let last = match shared.plan.demand {
            Demand::Open { .. } => shared.window.to.saturating_add(timeout),
            Demand::Closed => shared.window.to,
        };
        for stream in streams {
            let index = {
                let mut state = shared.state.borrow_mut();
                state.connections.push(Connection {
                    parked: shared.plan.streams,
                    ..Connection::default()
                });
                state.connections.len() - 1
            };
            let stream = TcpStream::from_std(stream)?;
            spawn_local(self.clone().keep_open(index, Some(stream)));
        }
        let mut pacer = Pacer::new()?;
        loop {
            let now = shared.clock.now();
            meter.look(now, 0);
            if stop.is_set() {
                meter.close(now, 0);
                return Ok(());
            }
            self.release();
            let until = {
                let state = shared.state.borrow();
                if state.source.is_over(now) {
                    meter.over(now, 0);
                    if now >= last || (state.source.is_drained() && !state.is_busy()) {
                        return Ok(());
                    }
                }
                state.source.next_due().unwrap_or(u64::MAX)
            };
            let until = until.min(meter.next(now)).min(now + SWEEP_NS);
            pacer.wait(&shared.clock, until).await?;
        }
    }

    /// What was counted; what is under way is left unfinished.
    pub(super) fn into_tally(self) -> Tally {
        let mut state = self.0.state.borrow_mut();
        let state = &mut *state;
        state.source.abandon(&mut state.tally);
        let again = state.again.drain(..).map(|(flight, _)| flight);
        for flight in state.flights.drain(..).flatten().chain(again) {
            state.tally.unfinished(flight.intended);
        }
        state.tally.counts.bytes_sent = self.0.traffic.sent.get();
        state.tally.counts.bytes_received = self.0.traffic.received.get();
        let empty = Tally::new(self.0.window, true);
        std::mem::replace(&mut state.tally, empty)
    }

    /// Sends what is due on streams that are free.
    fn release(&self) {
        let mut state = self.0.state.borrow_mut();
        let state = &mut *state;
        let now = self.0.clock.now();
        state.source.collect(now, &mut state.tally);
        while let Some(&index) = state.idle.front() {
            let Some(sender) = state.connections[index].sender.clone() else {
                state.idle.pop_front();
                state.connections[index].parked += 1;
                continue;
            };
            let now = self.0.clock.now();
            let next = state.again.pop_front().or_else(|| {
                let flight = state.source.take(now, &mut state.tally)?;
                Some((flight, 0))
            });
            let Some((mut flight, tries)) = next else {
                return;
            };
            flight.sent = now;
            state.idle.pop_front();
            let place = state.take_off(flight);
            spawn_local(self.clone().send(index, sender, flight, place, tries));
        }
        state.source.starve(now, &mut state.tally);
    }

    async fn send(
        self,
        index: usize,
        sender: SendRequest<Bytes>,
        flight: Flight,
        place: usize,
        tries: u32,
    ) {
        let shared = &self.0;
        let shot = &shared.shots[flight.shot];
        let limit = shared.plan.timeout;
        let ending = match tokio::time::timeout(limit, exchange(sender, shot)).await {
            Ok(ending) => ending,
            Err(_) => Ending::Failed(ErrorKind::Timeout, "no whole answer in time".to_owned()),
        };
        let now = shared.clock.now();
        {
            let mut state = shared.state.borrow_mut();
            let state = &mut *state;
            state.flights[place] = None;
            state.idle.push_back(index);
            match ending {
                Ending::Answered(status, difference) => {
                    state
                        .tally
                        .answered(&flight, now, status, difference, &shot.id);
                }
                Ending::Unseen(_) if tries + 1 < TRIES => {
                    state.again.push_back((flight, tries + 1));
                    // Another stream of a connection that leaves would be refused as well.
                    state.connections[index].sender = None;
                }
                Ending::Unseen(text) => {
                    state.tally.failed(&flight, now, ErrorKind::Reset, &text);
                }
                Ending::Failed(kind, text) => state.tally.failed(&flight, now, kind, &text),
            }
        }
        self.release();
    }

    /// Keeps a connection open as long as there is load.
    async fn keep_open(self, index: usize, mut stream: Option<TcpStream>) {
        let shared = &self.0;
        loop {
            let opened = match stream.take() {
                Some(stream) => Ok(stream),
                None => self.open().await,
            };
            match opened {
                Ok(stream) => match self.handshake(index, stream).await {
                    Ok(connection) => {
                        self.release();
                        // Streams tell their own errors.
                        let _ = connection.await;
                    }
                    Err(error) => self.unopened(&error.to_string()),
                },
                Err(error) => self.unopened(&error.to_string()),
            }
            {
                let mut state = shared.state.borrow_mut();
                state.connections[index].sender = None;
                state.tally.counts.reconnects += 1;
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    async fn open(&self) -> io::Result<TcpStream> {
        let plan = &self.0.plan;
        let connect = TcpStream::connect(plan.target.address());
        let stream = tokio::time::timeout(plan.timeout, connect).await??;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    async fn handshake(
        &self,
        index: usize,
        stream: TcpStream,
    ) -> Result<h2::client::Connection<Counted, Bytes>, h2::Error> {
        let stream = Counted {
            stream,
            traffic: self.0.traffic.clone(),
        };
        let (sender, connection) = Builder::new()
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .enable_push(false)
            .handshake(stream)
            .await?;
        let mut state = self.0.state.borrow_mut();
        let opened = &mut state.connections[index];
        opened.sender = Some(sender);
        opened.generation += 1;
        let parked = std::mem::take(&mut opened.parked);
        state.idle.extend(std::iter::repeat_n(index, parked));
        Ok(connection)
    }

    /// A connection could not be opened: the request that would have used it has failed.
    fn unopened(&self, error: &str) {
        let now = self.0.clock.now();
        let mut state = self.0.state.borrow_mut();
        let state = &mut *state;
        state.source.collect(now, &mut state.tally);
        if let Some(flight) = state.source.take(now, &mut state.tally) {
            let text = format!("cannot connect: {error}");
            state.tally.failed(&flight, now, ErrorKind::Connect, &text);
        }
    }
}

impl State {
    fn is_busy(&self) -> bool {
        !self.again.is_empty() || self.flights.iter().any(Option::is_some)
    }

    /// Notes a flight; answers its place.
    fn take_off(&mut self, flight: Flight) -> usize {
        let free = self.flights.iter().position(Option::is_none);
        let place = free.unwrap_or_else(|| {
            self.flights.push(None);
            self.flights.len() - 1
        });
        self.flights[place] = Some(flight);
        place
    }
}
