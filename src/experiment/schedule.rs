//! The order of trials within blocks.

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;

/// Orders of blocks: each odd block is shuffled, each even one is its reverse, so that what
/// drifts falls on all cells alike.
#[derive(Debug)]
pub(crate) struct Schedule {
    random: StdRng,
    last: Vec<usize>,
}

impl Schedule {
    /// Orders of `cells` cells; equal seeds give equal orders.
    pub(crate) fn new(cells: usize, seed: u64) -> Self {
        Self {
            random: StdRng::seed_from_u64(seed),
            last: (0..cells).collect(),
        }
    }

    /// The order of the next block; `block` counts from 1 without gaps.
    pub(crate) fn order(&mut self, block: u32) -> &[usize] {
        match block % 2 {
            1 => self.last.shuffle(&mut self.random),
            _ => self.last.reverse(),
        }
        &self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_holds_every_cell_once_and_even_blocks_reverse_odd_ones() {
        let mut schedule = Schedule::new(9, 7);
        for pair in 0..4 {
            let odd = schedule.order(2 * pair + 1).to_vec();
            let even = schedule.order(2 * pair + 2).to_vec();
            assert_eq!(odd.iter().rev().copied().collect::<Vec<_>>(), even);
            let mut sorted = odd.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..9).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_seed_decides_the_order() {
        let order = |seed| Schedule::new(20, seed).order(1).to_vec();
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
    }
}
