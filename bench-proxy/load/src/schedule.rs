//! Intended send times.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::plan::Arrivals;

/// The intended send times of one thread, in nanoseconds since the start.
#[derive(Debug)]
pub(crate) struct Schedule {
    gap: f64,
    count: u64,
    offset: f64,
    /// The time of the next, for Poisson arrivals.
    next: f64,
    random: Option<StdRng>,
}

impl Schedule {
    /// The schedule of thread `index` of `threads` that together send `rate` a second.
    /// Constant arrivals of the threads interleave; Poisson arrivals of each make Poisson
    /// arrivals of all.
    pub(crate) fn new(
        arrivals: Arrivals,
        rate: f64,
        index: usize,
        threads: usize,
        seed: u64,
    ) -> Self {
        let gap = 1e9 / rate * threads as f64;
        let mut schedule = Self {
            gap,
            count: 0,
            offset: gap * index as f64 / threads as f64,
            next: 0.0,
            random: match arrivals {
                Arrivals::Constant => None,
                Arrivals::Poisson => Some(StdRng::seed_from_u64(
                    seed.wrapping_add((index as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)),
                )),
            },
        };
        if schedule.random.is_some() {
            schedule.advance();
        }
        schedule
    }

    /// The next intended send time.
    #[inline]
    pub(crate) fn peek(&self) -> u64 {
        match self.random {
            // Multiplied anew each time, so that rounding does not add up.
            None => (self.offset + self.count as f64 * self.gap) as u64,
            Some(_) => self.next as u64,
        }
    }

    /// Goes on to the one after it.
    #[inline]
    pub(crate) fn advance(&mut self) {
        self.count += 1;
        if let Some(random) = &mut self.random {
            let uniform: f64 = random.random();
            // 1 - uniform is never 0, so the logarithm is finite.
            self.next += -(1.0 - uniform).ln() * self.gap;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(schedule: &mut Schedule, until: u64) -> Vec<u64> {
        let mut times = Vec::new();
        while schedule.peek() < until {
            times.push(schedule.peek());
            schedule.advance();
        }
        times
    }

    #[test]
    fn constant_arrivals_of_threads_interleave_evenly() {
        let mut all = Vec::new();
        for index in 0..4 {
            let mut schedule = Schedule::new(Arrivals::Constant, 1_000.0, index, 4, 1);
            all.extend(times(&mut schedule, 1_000_000_000));
        }
        all.sort_unstable();
        assert_eq!(all.len(), 1_000);
        assert!(all.windows(2).all(|two| two[1] - two[0] == 1_000_000));
    }

    #[test]
    fn poisson_gaps_have_the_mean_and_the_spread_of_an_exponential() {
        let mut schedule = Schedule::new(Arrivals::Poisson, 10_000.0, 0, 1, 7);
        let times = times(&mut schedule, 10_000_000_000);
        let gaps: Vec<f64> = times
            .windows(2)
            .map(|two| (two[1] - two[0]) as f64)
            .collect();
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64;
        // 100,000 draws: the mean is within 1 % of 100 µs far beyond six standard errors.
        assert!((mean / 1e5 - 1.0).abs() < 0.02, "{mean}");
        assert!((variance.sqrt() / mean - 1.0).abs() < 0.02, "{variance}");
    }

    #[test]
    fn threads_draw_different_gaps_and_a_seed_the_same_again() {
        let draw = |index, seed| {
            let mut schedule = Schedule::new(Arrivals::Poisson, 1_000.0, index, 2, seed);
            times(&mut schedule, 100_000_000)
        };
        assert_eq!(draw(0, 1), draw(0, 1));
        assert_ne!(draw(0, 1), draw(1, 1));
        assert_ne!(draw(0, 1), draw(0, 2));
    }
}
