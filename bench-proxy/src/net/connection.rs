//! A client's connection as its worker sees it: what is known of it, whether it is busy, and
//! when it must end.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hyper::rt::bounds::Http2ServerConnExec;
use hyper::server::conn::{http1, http2};

use crate::stats::Stats;
use crate::timers::Timers;

/// What is known of a connection, for properties.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    /// Number, unique in the process.
    pub(crate) id: u64,
    /// The client.
    pub(crate) source: SocketAddr,
    /// This side.
    pub(crate) destination: SocketAddr,
    /// `TLSv1.3` or the like.
    pub(crate) tls_version: Option<&'static str>,
    /// The server name that the client asked for.
    pub(crate) server_name: Option<String>,
    /// The listener's name.
    pub(crate) listener: Arc<str>,
}

/// What a connection is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// End when the requests that run have ended.
    Drain,
    /// End now.
    Close,
}

/// A client's connection.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) facts: Arc<Facts>,
    /// The worker's.
    pub(crate) stats: Arc<Stats>,
    timers: Rc<Timers>,
    active: Cell<u32>,
    last: Cell<u64>,
    idle: u64,
    stalled: u64,
    signal: Cell<Option<Signal>>,
    /// Whether it was told to end because nothing happened on it.
    overdue: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

fn millis(time: Option<Duration>) -> u64 {
    time.map_or(u64::MAX, |time| {
        u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
    })
}

impl Connection {
    /// `idle` is how long it may have no request, `stalled` how long a request may see no byte
    /// move.
    pub(crate) fn new(
        facts: Arc<Facts>,
        stats: Arc<Stats>,
        timers: Rc<Timers>,
        idle: Option<Duration>,
        stalled: Option<Duration>,
    ) -> Rc<Self> {
        Rc::new(Self {
            facts,
            stats,
            last: Cell::new(timers.now()),
            timers,
            active: Cell::new(0),
            idle: millis(idle),
            stalled: millis(stalled),
            signal: Cell::new(None),
            overdue: Cell::new(false),
            waker: RefCell::new(None),
        })
    }

    /// A request begins.
    #[inline]
    pub(crate) fn begin(&self) {
        self.active.set(self.active.get() + 1);
        self.touch();
    }

    /// A request has ended.
    #[inline]
    pub(crate) fn end(&self) {
        self.active.set(self.active.get() - 1);
        self.touch();
    }

    /// Something moved.
    #[inline]
    pub(crate) fn touch(&self) {
        self.last.set(self.timers.now());
    }

    /// Tells the connection to end.
    pub(crate) fn tell(&self, signal: Signal) {
        if self.signal.get() != Some(Signal::Close) {
            self.signal.set(Some(signal));
        }
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }

    fn is_overdue(&self) -> bool {
        let quiet = self.timers.now().saturating_sub(self.last.get());
        quiet
            > if self.active.get() == 0 {
                self.idle
            } else {
                self.stalled
            }
    }

    /// Takes note of who runs the connection; answers what it was told.
    #[inline]
    pub(crate) fn check(&self, context: &Context<'_>) -> Option<Signal> {
        let mut waker = self.waker.borrow_mut();
        match &mut *waker {
            Some(waker) => waker.clone_from(context.waker()),
            None => *waker = Some(context.waker().clone()),
        }
        match self.signal.get() {
            // Told once; what follows is the server's own end.
            Some(Signal::Drain) => self.signal.take(),
            other => other,
        }
    }

    /// Runs the server's side until it ends or is told to.
    pub(crate) async fn drive<S: Graceful>(&self, server: S) {
        let mut server = std::pin::pin!(server);
        std::future::poll_fn(|context| {
            match self.check(context) {
                Some(Signal::Close) => return Poll::Ready(()),
                Some(Signal::Drain) => server.as_mut().drain(),
                None => {}
            }
            server.as_mut().poll(context).map(drop)
        })
        .await;
    }
}

/// A server's side of a connection.
pub(crate) trait Graceful: Future {
    /// Ends after the requests that run.
    fn drain(self: Pin<&mut Self>);
}

impl<I, B, S> Graceful for http1::Connection<I, S>
where
    S: hyper::service::HttpService<hyper::body::Incoming, ResBody = B>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    B: hyper::body::Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn drain(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

impl<I, B, S, E> Graceful for http2::Connection<I, S, E>
where
    S: hyper::service::HttpService<hyper::body::Incoming, ResBody = B>,
    E: Http2ServerConnExec<S::Future, B>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    B: hyper::body::Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn drain(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

/// The connections of a worker.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    list: RefCell<Vec<Option<Rc<Connection>>>>,
    free: RefCell<Vec<usize>>,
    open: Cell<usize>,
}

impl Connections {
    /// Adds one; answers its place, for [`Connections::remove`].
    pub(crate) fn add(&self, connection: Rc<Connection>) -> usize {
        self.open.set(self.open.get() + 1);
        let list = &mut *self.list.borrow_mut();
        match self.free.borrow_mut().pop() {
            Some(place) => {
                list[place] = Some(connection);
                place
            }
            None => {
                list.push(Some(connection));
                list.len() - 1
            }
        }
    }

    pub(crate) fn remove(&self, place: usize) {
        self.list.borrow_mut()[place] = None;
        self.free.borrow_mut().push(place);
        self.open.set(self.open.get() - 1);
    }

    /// How many there are.
    pub(crate) fn open(&self) -> usize {
        self.open.get()
    }

    /// Ends those on which nothing has happened for too long; answers how many. One without a
    /// request ends by itself, as HTTP/2 does with a word to the client, whose next request may
    /// be on its way; if it does not, it is closed at the next look.
    pub(crate) fn end_overdue(&self) -> u64 {
        let mut ended = 0;
        for connection in self.list.borrow().iter().flatten() {
            if connection.signal.get() == Some(Signal::Close) || !connection.is_overdue() {
                continue;
            }
            let again = connection.overdue.replace(true);
            let idle = connection.active.get() == 0;
            connection.tell(match idle && !again {
                true => Signal::Drain,
                false => Signal::Close,
            });
            ended += u64::from(!again);
        }
        ended
    }

    /// Tells all of them.
    pub(crate) fn tell_all(&self, signal: Signal) {
        for connection in self.list.borrow().iter().flatten() {
            connection.tell(signal);
        }
    }
}
