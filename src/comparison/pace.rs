//! What a block takes, and whether there is time for one more.

use std::time::{Duration, Instant};

use super::fit::{FEWEST_CONFIRMING, MAIN_SHARE};

/// With fewer blocks nothing is said.
const FEWEST_DECIDING: u32 = 6;

/// What a sitting of each cell takes, from those that were.
#[derive(Debug)]
pub(super) struct Pace(Vec<Duration>);

impl Pace {
    /// Of so many cells, none of which has been measured yet.
    pub(super) fn new(cells: usize) -> Self {
        Self(vec![Duration::ZERO; cells])
    }

    /// Hears what a sitting took. Longer ones are believed at once and shorter ones by and
    /// by, so that a block is seldom begun that does not end in time.
    pub(super) fn took(&mut self, cell: usize, time: Duration) {
        let known = &mut self.0[cell];
        *known = time.max((*known * 3 + time) / 4);
    }

    /// What one block of these cells takes.
    pub(super) fn block(&self, cells: &[usize]) -> Duration {
        cells.iter().map(|cell| self.0[*cell]).sum()
    }
}

/// When a comparison must have ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    time: Duration,
    main: Instant,
    end: Instant,
}

impl Clock {
    /// Of a comparison that began then and has so much time.
    pub(super) fn new(begin: Instant, time: Duration) -> Self {
        Self {
            time,
            main: begin + time.mul_f64(MAIN_SHARE),
            end: begin + time,
        }
    }

    /// Whether a block that takes so long ends in time and leaves the fewest blocks of a
    /// confirmation theirs.
    pub(super) fn has_room_in_main(&self, block: Duration) -> bool {
        self.has_room_in_main_at(block, Instant::now())
    }

    /// Whether a block that takes so long ends in time.
    pub(super) fn has_room(&self, block: Duration) -> bool {
        Instant::now() + block <= self.end
    }

    fn has_room_in_main_at(&self, block: Duration, now: Instant) -> bool {
        // Where both do not fit there will be no verdict, and what there is time for is shown.
        if block * (FEWEST_DECIDING + FEWEST_CONFIRMING) > self.time {
            return now + block <= self.end;
        }
        now + block <= self.main && now + block * (1 + FEWEST_CONFIRMING) <= self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_slow_sitting_is_believed_at_once_and_forgotten_by_and_by() {
        let mut pace = Pace::new(2);
        pace.took(0, SECOND);
        pace.took(1, SECOND);
        pace.took(1, 5 * SECOND);
        assert_eq!(pace.block(&[0, 1]), 6 * SECOND);
        pace.took(1, SECOND);
        assert_eq!(pace.block(&[1]), 4 * SECOND);
        assert_eq!(pace.block(&[]), Duration::ZERO);
    }

    #[test]
    fn no_block_begins_that_would_pass_the_end_or_take_a_confirmations_time() {
        let begin = Instant::now();
        let clock = Clock::new(begin, 20 * SECOND);
        assert!(clock.has_room_in_main_at(SECOND, begin + 13 * SECOND));
        // Six blocks of a confirmation would not fit any more.
        assert!(!clock.has_room_in_main_at(SECOND, begin + 14 * SECOND));
        // Nothing could be decided and confirmed: all of the time may be measured in.
        assert!(clock.has_room_in_main_at(2 * SECOND, begin + 18 * SECOND));
        assert!(!clock.has_room_in_main_at(2 * SECOND, begin + 19 * SECOND));
        // Three quarters of the time would be passed.
        assert!(!clock.has_room_in_main_at(SECOND / 100, begin + 15 * SECOND));
    }
}
