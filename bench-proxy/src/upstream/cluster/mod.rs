//! One worker's connections to one cluster.

mod open;

use std::cell::{Cell, RefCell};
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::client::conn::{TrySendError, http2};

use super::body::{RequestBody, UpstreamBody};
use super::connect::{Connector, Place};
use super::error::UpstreamError;
use super::line::Line;
use crate::config;
use crate::net::{TlsError, client_config, server_name};
use crate::stats::Stats;
use crate::timers::Timers;

/// An upstream's answer; without a body until there is one.
pub(crate) type Answer = Response<Option<UpstreamBody>>;

/// A connection that waits for its next request.
#[derive(Debug)]
struct Idle {
    line: Box<Line>,
    since: u64,
}

/// One worker's connections to one cluster.
#[derive(Debug)]
pub(crate) struct Cluster {
    name: String,
    places: Vec<Place>,
    /// `host:port` of each place.
    addresses: Vec<Arc<str>>,
    connector: Connector,
    http2: bool,
    max_connections: usize,
    idle_timeout: u64,
    /// The endpoint of the next new connection.
    next: Cell<usize>,
    open: Rc<Cell<usize>>,
    /// The longest idle first; the newest is used next, so that the rest may age and close.
    idle: RefCell<Vec<Idle>>,
    shared: tokio::sync::Mutex<Option<(http2::SendRequest<RequestBody>, usize)>>,
    timers: Rc<Timers>,
    stats: Arc<Stats>,
}

impl Cluster {
    /// No connections yet.
    ///
    /// # Errors
    /// Certificates that cannot be read or used.
    pub(crate) fn new(
        config: &config::Cluster,
        timers: Rc<Timers>,
        stats: Arc<Stats>,
    ) -> Result<Rc<Self>, TlsError> {
        let tls = match &config.tls {
            Some(tls) => {
                let protocols: &[&[u8]] = if config.http2 {
                    &[b"h2"]
                } else {
                    &[b"http/1.1"]
                };
                let name = tls
                    .sni
                    .clone()
                    .unwrap_or_else(|| config.endpoints[0].host.clone());
                Some((
                    client_config(&tls.trusted_ca, protocols)?,
                    server_name(&name)?,
                ))
            }
            None => None,
        };
        let place = |endpoint: &config::Endpoint| match endpoint.host.parse::<IpAddr>() {
            Ok(address) => Place::Address((address, endpoint.port).into()),
            Err(_) => Place::Name(endpoint.host.clone(), endpoint.port),
        };
        let places: Vec<Place> = config.endpoints.iter().map(place).collect();
        Ok(Rc::new(Self {
            name: config.name.clone(),
            addresses: places
                .iter()
                .map(|place| place.to_string().into())
                .collect(),
            places,
            connector: Connector {
                timeout: config.connect_timeout,
                tls,
            },
            http2: config.http2,
            max_connections: config.max_connections,
            idle_timeout: u64::try_from(config.idle_timeout.as_millis()).unwrap_or(u64::MAX),
            next: Cell::new(0),
            open: Rc::default(),
            idle: RefCell::default(),
            shared: tokio::sync::Mutex::new(None),
            timers,
            stats,
        }))
    }

    /// The cluster's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether it speaks HTTP/2.
    pub(crate) fn is_http2(&self) -> bool {
        self.http2
    }

    /// Whether it is reached by TLS.
    pub(crate) fn is_tls(&self) -> bool {
        self.connector.tls.is_some()
    }

    /// `host:port` of an endpoint.
    pub(crate) fn address(&self, endpoint: usize) -> &Arc<str> {
        &self.addresses[endpoint]
    }

    /// Connections now.
    pub(crate) fn open(&self) -> usize {
        self.open.get()
    }

    /// Closes connections that have waited too long.
    pub(crate) fn close_idle(&self) {
        let now = self.timers.now();
        self.idle.borrow_mut().retain_mut(|idle| {
            now.saturating_sub(idle.since) < self.idle_timeout && idle.line.is_alive()
        });
    }

    #[inline]
    pub(super) fn put_back(&self, line: Box<Line>) {
        self.idle.borrow_mut().push(Idle {
            line,
            since: self.timers.now(),
        });
    }

    /// Sends a request, leaving an empty one, and waits for the head of the answer, which goes
    /// to `answer`: what is handed on from future to future is moved each time. Answers which
    /// endpoint gave it.
    ///
    /// # Errors
    /// No connection, or the upstream breaks off.
    pub(crate) async fn send(
        self: &Rc<Self>,
        request: &mut Request<RequestBody>,
        answer: &mut Answer,
    ) -> Result<usize, UpstreamError> {
        self.stats.upstream_requests.count();
        if self.http2 {
            return Box::pin(self.send_http2(request, answer)).await;
        }
        let verdict = request.body().verdict();
        loop {
            // A statement of its own, so that the pool is not borrowed while we wait.
            let pooled = self.idle.borrow_mut().pop();
            let (mut line, fresh) = match pooled {
                Some(Idle { mut line, .. }) => {
                    if !line.is_ready().await {
                        continue;
                    }
                    (line, false)
                }
                // In a box, because every request would carry its size along.
                None => (Box::pin(self.connect_http1()).await?, true),
            };
            match line.exchange(request).await {
                Ok(response) => {
                    let endpoint = line.endpoint;
                    line.lend(self, verdict);
                    *answer = response.map(|body| Some(UpstreamBody::new(body, Some(line))));
                    return Ok(endpoint);
                }
                Err(error) => self.again(error, fresh, request)?,
            }
        }
    }

    /// Puts the request back when the upstream closed a connection that it had before without
    /// reading a byte of it.
    ///
    /// # Errors
    /// What else went wrong.
    #[cold]
    fn again(
        &self,
        mut error: TrySendError<Request<RequestBody>>,
        fresh: bool,
        request: &mut Request<RequestBody>,
    ) -> Result<(), UpstreamError> {
        match error.take_message() {
            Some(unsent) if !fresh => {
                *request = unsent;
                Ok(())
            }
            _ => {
                self.stats.upstream_resets.count();
                Err(UpstreamError::Reset(error.into_error()))
            }
        }
    }

    async fn send_http2(
        self: &Rc<Self>,
        request: &mut Request<RequestBody>,
        answer: &mut Answer,
    ) -> Result<usize, UpstreamError> {
        loop {
            let (mut sender, endpoint, fresh) = self.http2_sender().await?;
            match sender.try_send_request(std::mem::take(request)).await {
                Ok(response) => {
                    *answer = response.map(|body| Some(UpstreamBody::new(body, None)));
                    return Ok(endpoint);
                }
                Err(error) => self.again(error, fresh, request)?,
            }
        }
    }
}

/// A limit that nothing reaches, for clusters that name none.
pub(crate) const ANY_NUMBER: usize = usize::MAX;

/// How long a connection waits for its next request unless the configuration says otherwise.
pub(crate) const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
