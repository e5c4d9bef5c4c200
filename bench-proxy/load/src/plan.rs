//! How much load, and how.

use std::time::Duration;

use crate::error::LoadError;
use crate::target::Target;
use crate::validity::Validity;

/// How much load, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Where to.
    pub target: Target,
    /// The protocol.
    pub protocol: Protocol,
    /// When requests are sent.
    pub demand: Demand,
    /// Connections over all threads, at least one for each.
    pub connections: usize,
    /// Requests that may be under way on one connection; HTTP/2 only.
    pub streams: usize,
    /// Threads that send.
    pub threads: usize,
    /// Load before anything is counted.
    pub warm_up: Duration,
    /// How long is counted.
    pub duration: Duration,
    /// Counted requests after which it ends earlier.
    pub requests: Option<u64>,
    /// How long an answer may take from its real send time; then the connection is closed.
    pub timeout: Duration,
    /// How a thread waits for the next intended send time.
    pub pacing: Pacing,
    /// CPUs that threads are pinned to, in turn; empty for none.
    pub pins: Vec<usize>,
    /// What Poisson arrivals are drawn from.
    pub seed: u64,
    /// When the outcome is not to be believed.
    pub validity: Validity,
}

/// The protocol that requests are sent in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1, kept alive, one request at a time on each connection.
    Http1,
    /// HTTP/2 with prior knowledge.
    Http2,
}

/// When requests are sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Demand {
    /// On a schedule, whether the server keeps up or not.
    Open {
        /// Requests a second over all threads.
        rate: f64,
        /// How they are spread.
        arrivals: Arrivals,
    },
    /// The next when the last was answered.
    Closed,
}

impl Demand {
    /// An open loop with the same gap between all requests.
    pub fn constant(rate: f64) -> Self {
        Self::Open {
            rate,
            arrivals: Arrivals::Constant,
        }
    }

    /// An open loop whose requests know nothing of each other.
    pub fn poisson(rate: f64) -> Self {
        Self::Open {
            rate,
            arrivals: Arrivals::Poisson,
        }
    }
}

/// How intended send times are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrivals {
    /// The same gap between all.
    Constant,
    /// Exponential gaps, as of many clients that know nothing of each other.
    Poisson,
}

/// How a thread waits for the next intended send time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pacing {
    /// It sleeps, and the kernel wakes it: late by some tens of microseconds, but the core is
    /// free for others meanwhile.
    Sleep,
    /// It looks again and again: on time, and for a core of its own only.
    Spin,
}

impl Plan {
    /// 1,000 requests a second for 10 s over 16 connections of HTTP/1.1, by one thread that
    /// sleeps.
    pub fn new(target: Target) -> Self {
        Self {
            target,
            protocol: Protocol::Http1,
            demand: Demand::constant(1_000.0),
            connections: 16,
            streams: 16,
            threads: 1,
            warm_up: Duration::from_secs(1),
            duration: Duration::from_secs(10),
            requests: None,
            timeout: Duration::from_secs(5),
            pacing: Pacing::Sleep,
            pins: Vec::new(),
            seed: 1,
            validity: Validity::default(),
        }
    }

    /// Requests a second, in an open loop.
    pub fn rate(&self) -> Option<f64> {
        match self.demand {
            Demand::Open { rate, .. } => Some(rate),
            Demand::Closed => None,
        }
    }

    pub(crate) fn check(&self) -> Result<(), LoadError> {
        if let Some(rate) = self.rate()
            && !(0.001..=10_000_000.0).contains(&rate)
        {
            return Err(number("the rate", rate, "0.001 to 10,000,000 a second"));
        }
        in_range("the number of threads", self.threads, 1, 256, "1 to 256")?;
        in_range(
            "the number of connections",
            self.connections,
            self.threads,
            50_000,
            "at least one for each thread, at most 50,000",
        )?;
        in_range(
            "the number of streams",
            self.streams,
            1,
            1_000,
            "1 to 1,000",
        )?;
        if self.duration.is_zero() || self.duration > Duration::from_secs(86_400) {
            return Err(number(
                "the duration",
                format!("{:?}", self.duration),
                "more than nothing and at most a day",
            ));
        }
        if self.timeout.is_zero() {
            return Err(number("the timeout", "0", "more than nothing"));
        }
        if self.protocol == Protocol::Http2 && self.pacing == Pacing::Spin {
            return Err(number("the pacing of HTTP/2", "spin", "sleep"));
        }
        if self.requests == Some(0) {
            return Err(number("the number of requests", 0, "at least 1"));
        }
        Ok(())
    }
}

fn number(name: &'static str, given: impl ToString, wanted: &'static str) -> LoadError {
    LoadError::Number {
        name,
        given: given.to_string(),
        wanted,
    }
}

fn in_range(
    name: &'static str,
    given: usize,
    from: usize,
    to: usize,
    wanted: &'static str,
) -> Result<(), LoadError> {
    if (from..=to).contains(&given) {
        Ok(())
    } else {
        Err(number(name, given, wanted))
    }
}
