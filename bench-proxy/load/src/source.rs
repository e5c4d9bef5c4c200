//! Which request is due, for one thread.

use std::collections::VecDeque;

use crate::plan::{Demand, Plan};
use crate::schedule::Schedule;
use crate::tally::{Flight, Tally, Window};

/// Requests that may wait for a connection in one thread.
const BACKLOG: usize = 1 << 20;

/// Which request is due, for one thread.
#[derive(Debug)]
pub(crate) struct Source {
    schedule: Option<Schedule>,
    window: Window,
    /// Intended send times of requests that are due.
    backlog: VecDeque<u64>,
    /// How many of these, from the front, have had their lag recorded.
    recorded: usize,
    /// Counted requests that may still become due.
    left: Option<u64>,
    shot: usize,
    shots: usize,
    over: bool,
}

impl Source {
    pub(crate) fn new(plan: &Plan, window: Window, index: usize, shots: usize) -> Self {
        let threads = plan.threads;
        let schedule = match plan.demand {
            Demand::Open { rate, arrivals } => {
                Some(Schedule::new(arrivals, rate, index, threads, plan.seed))
            }
            Demand::Closed => None,
        };
        let share =
            |all: u64| all / threads as u64 + u64::from((index as u64) < all % threads as u64);
        Self {
            schedule,
            window,
            backlog: VecDeque::new(),
            recorded: 0,
            left: plan.requests.map(share),
            // Threads begin at different places of the mix.
            shot: index * shots / threads,
            shots,
            over: false,
        }
    }

    /// When the next request becomes due; `None` if that is not known or will never be.
    #[inline]
    pub(crate) fn next_due(&self) -> Option<u64> {
        let due = self.schedule.as_ref()?.peek();
        (!self.over && due < self.window.to).then_some(due)
    }

    /// Whether nothing becomes due any more.
    pub(crate) fn is_over(&self, now: u64) -> bool {
        self.over || (self.schedule.is_none() && now >= self.window.to) || {
            self.schedule
                .as_ref()
                .is_some_and(|schedule| schedule.peek() >= self.window.to)
        }
    }

    /// Whether requests wait for a connection.
    pub(crate) fn is_drained(&self) -> bool {
        self.backlog.is_empty()
    }

    /// Takes what has become due into the backlog.
    #[inline]
    pub(crate) fn collect(&mut self, now: u64, tally: &mut Tally) {
        while let Some(due) = self.next_due()
            && due <= now
        {
            if due >= self.window.from && !self.count() {
                return;
            }
            if let Some(schedule) = &mut self.schedule {
                schedule.advance();
            }
            tally.offered(due);
            if self.backlog.len() < BACKLOG {
                self.backlog.push_back(due);
            } else {
                tally.dropped(due);
            }
        }
    }

    /// Counts one of those allowed; false when there were enough.
    fn count(&mut self) -> bool {
        match &mut self.left {
            Some(0) => {
                self.over = true;
                false
            }
            Some(left) => {
                *left -= 1;
                true
            }
            None => true,
        }
    }

    /// The request that a free connection should send now.
    #[inline]
    pub(crate) fn take(&mut self, now: u64, tally: &mut Tally) -> Option<Flight> {
        let intended = match self.schedule {
            Some(_) => {
                let intended = self.backlog.pop_front()?;
                match self.recorded.checked_sub(1) {
                    Some(recorded) => self.recorded = recorded,
                    None => tally.late(intended, now),
                }
                intended
            }
            None => {
                let ended = self.over || now >= self.window.to;
                if ended || (now >= self.window.from && !self.count()) {
                    return None;
                }
                now
            }
        };
        let shot = self.shot;
        self.shot = if shot + 1 == self.shots { 0 } else { shot + 1 };
        Some(Flight {
            shot,
            intended,
            sent: now,
        })
    }

    /// No connection is free: what waits from now on is not the generator's fault.
    #[inline]
    pub(crate) fn starve(&mut self, now: u64, tally: &mut Tally) {
        while let Some(intended) = self.backlog.get(self.recorded) {
            tally.late(*intended, now);
            self.recorded += 1;
        }
    }

    /// Gives up what waits.
    pub(crate) fn abandon(&mut self, tally: &mut Tally) {
        for intended in self.backlog.drain(..) {
            tally.unfinished(intended);
        }
    }
}
