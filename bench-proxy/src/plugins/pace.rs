//! Whether a plugin's calls take long.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::net::send_waiting;

/// One call of so many is timed: a prime, so that each callback has its turn.
const EVERY: u32 = 61;
/// What is long: others' messages are sent before it.
const LONG: Duration = Duration::from_micros(10);
/// For so many calls one that took long is remembered.
const MEMORY: u32 = 1 << 12;

/// Whether a plugin's calls take long, told by a look at the clock now and then.
#[derive(Debug)]
pub(super) struct Pace {
    /// Calls until one is timed.
    left: Cell<u32>,
    /// Calls for which the plugin counts as slow.
    slow: Cell<u32>,
    /// Whether it always does, because its calls may wait for others or for a new VM.
    waits: bool,
}

impl Pace {
    pub(super) fn new(waits: bool) -> Self {
        Self {
            left: Cell::new(0),
            slow: Cell::new(0),
            waits,
        }
    }

    /// Before a VM is chosen, which may have to be made.
    #[inline]
    pub(super) fn before_choice(&self) {
        if self.waits {
            send_waiting();
        }
    }

    /// Does `work`, one call, once nothing waits for it that need not.
    #[inline]
    pub(super) fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        if self.take_slow() {
            send_waiting();
        }
        let left = self.left.get();
        let begun = (left == 0).then(Instant::now);
        let done = work();
        match begun {
            None => self.left.set(left - 1),
            Some(begun) => self.timed(begun.elapsed()),
        }
        done
    }

    /// Whether the plugin counts as slow at one more call.
    #[inline]
    fn take_slow(&self) -> bool {
        let slow = self.slow.get();
        self.slow.set(slow.saturating_sub(1));
        self.waits || slow > 0
    }

    #[cold]
    fn timed(&self, taken: Duration) {
        self.left.set(EVERY - 1);
        if taken > LONG {
            self.slow.set(MEMORY);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_slow_for_a_while_after_a_call_that_took_long() {
        let pace = Pace::new(false);
        pace.timed(LONG);
        assert!(!pace.take_slow());
        pace.timed(LONG * 2);
        assert!((0..MEMORY).all(|_| pace.take_slow()));
        assert!(!pace.take_slow());
        assert!(Pace::new(true).take_slow());
    }

    #[test]
    fn one_call_of_each_turn_is_timed() {
        let pace = Pace::new(false);
        let timed = |pace: &Pace| {
            let due = pace.left.get() == 0;
            pace.during(|| ());
            due
        };
        let calls: Vec<bool> = (0..3 * EVERY).map(|_| timed(&pace)).collect();
        let positions = calls.iter().enumerate().filter(|(_, timed)| **timed);
        let positions: Vec<u32> = positions.map(|(at, _)| at as u32).collect();
        assert_eq!(positions, [0, EVERY, 2 * EVERY]);
    }
}
