//! The cells of a contention campaign: what passed its check, over the numbers of threads.

use reports::Cell;

use super::Contest;
use super::check::Passed;

/// Failures after which a cell is not tried again.
const STRIKES: u32 = 2;

/// One cell to measure.
#[derive(Clone)]
pub(super) struct Contender {
    pub(super) cell: Cell,
    pub(super) passed: Passed,
    pub(super) strikes: u32,
}

impl Contender {
    /// Whether it has failed too often.
    pub(super) fn is_out(&self) -> bool {
        self.strikes >= STRIKES
    }
}

/// Every cell, and the A/A control: the first isolation of the first runtime with the fewest
/// threads, a second time. Fewest, because that says what the machine makes of a steady cell,
/// where many threads are unsteady by themselves.
pub(super) fn contenders(contest: &Contest, passed: &[Passed]) -> Vec<Contender> {
    let mut cells: Vec<Contender> = Vec::new();
    for passed in passed {
        for threads in &contest.threads {
            cells.push(Contender {
                cell: Cell {
                    threads: *threads,
                    ..passed.cell.clone()
                },
                passed: passed.clone(),
                strikes: 0,
            });
        }
    }
    let twinned = cells
        .iter()
        .find(|cell| cell.cell.runtime == runtimes::reference())
        .or_else(|| cells.iter().find(|cell| cell.cell.runtime != crate::NATIVE))
        .or_else(|| cells.first());
    if let Some(twinned) = twinned {
        let control = Contender {
            cell: twinned.cell.control_arm(),
            ..twinned.clone()
        };
        cells.push(control);
    }
    cells
}
