//! The hot path's steps, for the benchmarks alone.

use workloads::Exchange;

use crate::mix::{Check, Mix, Tag};
use crate::plan::Arrivals;
use crate::response::{Memo, Response, Step};
use crate::schedule::Schedule;
use crate::tally::{Flight, Tally, Window};

/// Takes answers to the first request of a mix.
#[derive(Debug)]
pub struct Answers {
    mix: Mix,
    response: Response,
    memo: Option<Memo>,
}

impl Answers {
    /// Of the first of these exchanges, compared with what was recorded.
    ///
    /// # Panics
    /// When it cannot be sent.
    pub fn of(exchanges: &[Exchange]) -> Self {
        Self {
            mix: Mix::of(&exchanges[..1], Check::Recorded, Tag::Header)
                .unwrap_or_else(|error| panic!("{error}")),
            response: Response::default(),
            memo: None,
        }
    }

    /// Takes a whole answer; with `remember`, a header like the last one is not parsed. Tells
    /// whether the answer is good.
    pub fn take(&mut self, bytes: &[u8], remember: bool) -> bool {
        if !remember {
            self.memo = None;
        }
        self.response.clear();
        let shots = self.mix.shots();
        let step = self.response.take(bytes, &shots[0], &mut self.memo);
        step == Ok(Step::Done(bytes.len())) && self.response.difference().is_none()
    }
}

/// Records answers.
#[derive(Debug)]
pub struct Records(Tally);

impl Default for Records {
    fn default() -> Self {
        let window = Window {
            from: 0,
            to: u64::MAX,
        };
        Self(Tally::new(window, true))
    }
}

impl Records {
    /// Records a good answer that took so many nanoseconds.
    pub fn record(&mut self, latency: u64) {
        let flight = Flight {
            shot: 0,
            intended: 1_000,
            sent: 1_100,
        };
        self.0.answered(&flight, 1_100 + latency, 200, None, "");
    }
}

/// Intended send times.
#[derive(Debug)]
pub struct SendTimes(Schedule);

impl SendTimes {
    /// Of a thread of its own that sends 10,000 requests a second.
    pub fn of(arrivals: Arrivals) -> Self {
        Self(Schedule::new(arrivals, 10_000.0, 0, 1, 1))
    }

    /// The next, in nanoseconds since the start.
    pub fn next_ns(&mut self) -> u64 {
        let time = self.0.peek();
        self.0.advance();
        time
    }
}

/// A request in HTTP/1.1.
pub fn encode(exchange: &Exchange) -> Vec<u8> {
    crate::encode::request(&exchange.request)
}

/// A response in HTTP/1.1.
pub fn encode_response(exchange: &Exchange) -> Vec<u8> {
    crate::encode::response(&exchange.response, false)
}
