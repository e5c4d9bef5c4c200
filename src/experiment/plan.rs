//! How much to measure: the planner fits trials into the time there is.

use std::time::Duration;

/// The least time to measure in a trial of the quick preset.
const LEAST: Duration = Duration::from_millis(40);
/// The most.
const MOST: Duration = Duration::from_millis(250);
/// Passes longer than this get their callbacks timed in the first two blocks only.
const LONG_PASS: Duration = Duration::from_millis(50);
/// The longest that a trial warms up beyond its one obligatory pass.
const WARM_UP: Duration = Duration::from_millis(60);
/// The fewest blocks that support a verdict.
pub(crate) const FEWEST_BLOCKS: u32 = 6;

/// What a trial of one cell costs, as seen so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Costs {
    /// Everything but passes: process, compilation, start-up, memory.
    pub(crate) fixed: Duration,
    /// One pass over the traffic.
    pub(crate) pass: Duration,
}

/// How many passes a trial makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dose {
    pub(crate) warm_up: u64,
    pub(crate) measured: u64,
    pub(crate) callbacks: u64,
}

impl Dose {
    /// Passes in all.
    pub(crate) fn passes(self) -> u64 {
        self.warm_up + self.measured + self.callbacks
    }
}

impl Costs {
    /// Whole passes that come closest to `target` from above.
    pub(crate) fn dose(self, target: Duration, block: u32) -> Dose {
        let passes = |time: Duration| {
            let pass = self.pass.max(Duration::from_nanos(1));
            u64::try_from(time.as_nanos().div_ceil(pass.as_nanos()))
                .unwrap_or(u64::MAX)
                .max(1)
        };
        let callbacks = match self.pass > LONG_PASS {
            true => u64::from(block <= 2),
            false => passes(target / 8),
        };
        Dose {
            warm_up: passes((target / 4).min(WARM_UP)),
            measured: passes(target),
            callbacks,
        }
    }

    /// What a trial with this dose takes.
    pub(crate) fn of(self, dose: Dose) -> Duration {
        self.fixed
            + self
                .pass
                .saturating_mul(u32::try_from(dose.passes()).unwrap_or(u32::MAX))
    }

    /// Takes note of a trial that took `wall`, of which `region` went to the measured passes.
    pub(crate) fn learn(&mut self, dose: Dose, region: Duration, wall: Duration) {
        let pass = region.div_f64(dose.measured.max(1) as f64);
        let all_passes = pass.mul_f64(dose.passes() as f64);
        let seen = Costs {
            fixed: wall.saturating_sub(all_passes),
            pass,
        };
        self.fixed = (self.fixed + seen.fixed) / 2;
        self.pass = (self.pass + seen.pass) / 2;
    }
}

/// Blocks, the time there is, and the time to measure in a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Blocks.
    pub(crate) blocks: u32,
    /// Time to measure in each trial.
    pub(crate) target: Duration,
}

/// What all cells of block number `block` take.
pub(crate) fn block_time(cells: &[Costs], target: Duration, block: u32) -> Duration {
    cells
        .iter()
        .map(|costs| costs.of(costs.dose(target, block)))
        .sum()
}

/// Fits `blocks` blocks, from block number `first` on, into `time`: with the longest target
/// that fits, and when even the shortest does not, with fewer blocks, though not fewer than
/// `fewest`.
pub(crate) fn fit(cells: &[Costs], first: u32, blocks: u32, fewest: u32, time: Duration) -> Plan {
    let all = |target, blocks| -> Duration {
        (first..first + blocks)
            .map(|block| block_time(cells, target, block))
            .sum()
    };
    if all(LEAST, blocks) > time {
        let fewest = fewest.min(blocks);
        let blocks = (fewest..=blocks)
            .rev()
            .find(|blocks| all(LEAST, *blocks) <= time)
            .unwrap_or(fewest);
        return Plan {
            blocks,
            target: LEAST,
        };
    }
    if all(MOST, blocks) <= time {
        return Plan {
            blocks,
            target: MOST,
        };
    }
    let (mut fits, mut exceeds) = (LEAST, MOST);
    while exceeds - fits > Duration::from_millis(1) {
        let middle = (fits + exceeds) / 2;
        match all(middle, blocks) <= time {
            true => fits = middle,
            false => exceeds = middle,
        }
    }
    Plan {
        blocks,
        target: fits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs(fixed: u64, pass: u64) -> Costs {
        Costs {
            fixed: Duration::from_millis(fixed),
            pass: Duration::from_millis(pass),
        }
    }

    #[test]
    fn passes_are_whole_and_at_least_one_of_each_that_is_due() {
        let dose = costs(10, 300).dose(LEAST, 1);
        assert_eq!(
            dose,
            Dose {
                warm_up: 1,
                measured: 1,
                callbacks: 1
            }
        );
        assert_eq!(costs(10, 300).dose(LEAST, 3).callbacks, 0);
        assert_eq!(
            costs(10, 10).dose(Duration::from_millis(95), 3).measured,
            10
        );
        assert_eq!(Costs::default().dose(LEAST, 1).measured, 40_000_000);
    }

    #[test]
    fn a_plan_fills_the_time_and_does_not_exceed_it() {
        let cells = vec![costs(50, 2); 28];
        let time = Duration::from_secs(60);
        let plan = fit(&cells, 1, 8, 6, time);
        assert_eq!(plan.blocks, 8);
        let took = block_time(&cells, plan.target, 1) * 8;
        assert!(took <= time && took > time.mul_f64(0.9), "{took:?}");
        assert_eq!(fit(&cells[..1], 1, 8, 6, time).target, MOST);
    }

    #[test]
    fn too_little_time_costs_blocks_down_to_six() {
        let cells = vec![costs(50, 2); 28];
        let least = block_time(&cells, LEAST, 1);
        let seven = fit(&cells, 1, 8, 6, least * 7 + Duration::from_millis(1));
        assert_eq!((seven.blocks, seven.target), (7, LEAST));
        assert_eq!(fit(&cells, 1, 8, 6, Duration::ZERO).blocks, 6);
        assert_eq!(fit(&cells, 7, 2, 0, Duration::ZERO).blocks, 0);
        assert_eq!(fit(&cells, 1, 2, 6, Duration::ZERO).blocks, 2);
    }

    #[test]
    fn what_was_seen_moves_the_estimate() {
        let mut seen = costs(100, 10);
        let dose = Dose {
            warm_up: 1,
            measured: 2,
            callbacks: 1,
        };
        seen.learn(dose, Duration::from_millis(40), Duration::from_millis(280));
        assert_eq!(seen, costs(150, 15));
    }
}
