//! What one thread counts.

use hdrhistogram::Histogram;

use crate::outcome::{Counts, WrongAnswer};

/// Times over an hour count as an hour.
const LONGEST_NS: u64 = 3_600_000_000_000;
/// Wrong answers and errors that are told in words.
pub(crate) const TOLD: usize = 5;

/// Why a request has no whole answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    Connect,
    Reset,
    Timeout,
    Protocol,
    EarlyClose,
}

impl ErrorKind {
    /// The kind of an error that reading or writing gave.
    pub(crate) fn of(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::UnexpectedEof => Self::EarlyClose,
            _ => Self::Reset,
        }
    }
}

/// A request under way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flight {
    /// Its place in the mix.
    pub(crate) shot: usize,
    /// When it should have been sent, nanoseconds since the start.
    pub(crate) intended: u64,
    /// When it was.
    pub(crate) sent: u64,
}

/// The time that counts, in nanoseconds since the start.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) from: u64,
    pub(crate) to: u64,
}

impl Window {
    #[inline]
    pub(crate) fn holds(&self, time: u64) -> bool {
        (self.from..self.to).contains(&time)
    }
}

/// What one thread counts.
#[derive(Debug)]
pub(crate) struct Tally {
    window: Window,
    open: bool,
    pub(crate) counts: Counts,
    /// Good answers that came within the window, whenever they should have been asked for.
    pub(crate) in_time: u64,
    pub(crate) statuses: Vec<u64>,
    pub(crate) corrected: Histogram<u64>,
    pub(crate) uncorrected: Histogram<u64>,
    pub(crate) lag: Histogram<u64>,
    pub(crate) wrong_answers: Vec<WrongAnswer>,
    pub(crate) first_errors: Vec<String>,
}

fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, LONGEST_NS, 3)
        .unwrap_or_else(|_| unreachable!("these bounds are valid"))
}

impl Tally {
    pub(crate) fn new(window: Window, open: bool) -> Self {
        Self {
            window,
            open,
            counts: Counts::default(),
            in_time: 0,
            statuses: vec![0; 600],
            corrected: histogram(),
            uncorrected: histogram(),
            lag: histogram(),
            wrong_answers: Vec::new(),
            first_errors: Vec::new(),
        }
    }

    /// Whether a request counts: by its intended send time in an open loop, by its end in a
    /// closed one.
    #[inline]
    fn counts(&self, flight: &Flight, now: u64) -> bool {
        self.window
            .holds(if self.open { flight.intended } else { now })
    }

    /// A request should be sent at this time.
    #[inline]
    pub(crate) fn offered(&mut self, intended: u64) {
        if self.window.holds(intended) {
            self.counts.offered += 1;
        }
    }

    /// A request is sent, or waits for a connection, so late.
    #[inline]
    pub(crate) fn late(&mut self, intended: u64, now: u64) {
        if self.window.holds(intended) {
            self.lag.saturating_record(now.saturating_sub(intended));
        }
    }

    /// A request will never be sent.
    pub(crate) fn dropped(&mut self, intended: u64) {
        if self.window.holds(intended) {
            self.counts.dropped += 1;
        }
    }

    /// A request was left at the end.
    pub(crate) fn unfinished(&mut self, intended: u64) {
        if self.open && self.window.holds(intended) {
            self.counts.unfinished += 1;
        }
    }

    /// A whole answer came.
    #[inline]
    pub(crate) fn answered(
        &mut self,
        flight: &Flight,
        now: u64,
        status: u16,
        difference: Option<String>,
        id: &str,
    ) {
        if difference.is_none() && self.window.holds(now) {
            self.in_time += 1;
        }
        if !self.counts(flight, now) {
            return;
        }
        if !self.open {
            self.counts.offered += 1;
        }
        if let Some(count) = self.statuses.get_mut(usize::from(status)) {
            *count += 1;
        }
        match difference {
            None => {
                self.counts.good += 1;
                self.uncorrected
                    .saturating_record(now.saturating_sub(flight.sent));
                if self.open {
                    self.corrected
                        .saturating_record(now.saturating_sub(flight.intended));
                }
            }
            Some(difference) => {
                self.counts.wrong += 1;
                if self.wrong_answers.len() < TOLD {
                    self.wrong_answers.push(WrongAnswer {
                        exchange: id.to_owned(),
                        difference,
                    });
                }
            }
        }
    }

    /// No whole answer will come.
    pub(crate) fn failed(&mut self, flight: &Flight, now: u64, kind: ErrorKind, text: &str) {
        if !self.counts(flight, now) {
            return;
        }
        if !self.open {
            self.counts.offered += 1;
        }
        let errors = &mut self.counts.errors;
        match kind {
            ErrorKind::Connect => errors.connect += 1,
            ErrorKind::Reset => errors.reset += 1,
            ErrorKind::Timeout => errors.timeout += 1,
            ErrorKind::Protocol => errors.protocol += 1,
            ErrorKind::EarlyClose => errors.early_close += 1,
        }
        if self.first_errors.len() < TOLD {
            self.first_errors.push(text.to_owned());
        }
    }

    /// Adds what another thread counted.
    pub(crate) fn add(&mut self, other: Tally) {
        let (to, from) = (&mut self.counts, other.counts);
        to.offered += from.offered;
        to.good += from.good;
        to.wrong += from.wrong;
        to.errors.connect += from.errors.connect;
        to.errors.reset += from.errors.reset;
        to.errors.timeout += from.errors.timeout;
        to.errors.protocol += from.errors.protocol;
        to.errors.early_close += from.errors.early_close;
        to.dropped += from.dropped;
        to.unfinished += from.unfinished;
        to.reconnects += from.reconnects;
        to.bytes_sent += from.bytes_sent;
        to.bytes_received += from.bytes_received;
        self.in_time += other.in_time;
        for (to, from) in self.statuses.iter_mut().zip(other.statuses) {
            *to += from;
        }
        for (to, from) in [
            (&mut self.corrected, other.corrected),
            (&mut self.uncorrected, other.uncorrected),
            (&mut self.lag, other.lag),
        ] {
            // The bounds are the same, so nothing is out of them.
            let _ = to.add(from);
        }
        self.wrong_answers.extend(other.wrong_answers);
        self.wrong_answers.truncate(TOLD);
        self.first_errors.extend(other.first_errors);
        self.first_errors.truncate(TOLD);
    }
}
