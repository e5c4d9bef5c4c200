//! What a cell of a comparison is measured by.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use reports::{Sitting, Stage};

use super::conduct::Extent;
use super::cores::Cores;
use crate::experiment::Stop;
use crate::trial::Failed;

/// One cell, checked: two sides, of each of which two processes can be sat down together.
pub(crate) trait Duel {
    /// How long the turns of a sitting are.
    type Dose: Copy;

    /// Its name in tables.
    fn label(&self) -> &str;

    /// Turns that come closest to what is asked for.
    fn dose(&self, extent: &Extent) -> Self::Dose;

    /// Lets the four processes of a sitting take their turns.
    async fn sit(
        &self,
        place: Place,
        dose: Self::Dose,
        cores: &Cores,
    ) -> Result<Result<Sitting, Failed>, Stop>;
}

/// Which sitting it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) cell: usize,
    pub(crate) stage: Stage,
    pub(crate) block: u32,
    pub(crate) seed: u64,
}

impl Place {
    /// What the sitting's orders and layouts are drawn from.
    pub(super) fn random(self) -> StdRng {
        let stage = stage_seed(self.seed, self.stage);
        StdRng::seed_from_u64(stage ^ (u64::from(self.block) << 32) ^ self.cell as u64)
    }

    /// Its record, in which nothing has been measured yet.
    pub(super) fn sitting(self, core: Option<u32>, transactions: u64) -> Sitting {
        Sitting {
            cell: self.cell,
            stage: self.stage,
            block: self.block,
            core,
            transactions,
            ..Sitting::default()
        }
    }
}

/// The seed of a block's order: every stage has its own.
pub(super) fn stage_seed(seed: u64, stage: Stage) -> u64 {
    match stage {
        Stage::Main => seed,
        Stage::Confirmation => seed ^ 0x5eed_c0f1_u64.rotate_left(17),
    }
}

/// The order of a round's turns: each odd round is shuffled and each even one its reverse, so
/// that what drifts falls on all alike, as ABBA does for two.
pub(super) fn next_order(order: &mut [usize; 4], round: u32, random: &mut StdRng) {
    match round % 2 {
        0 => shuffle(order, random),
        _ => order.reverse(),
    }
}

/// A random order.
pub(super) fn shuffle(order: &mut [usize; 4], random: &mut StdRng) {
    use rand::seq::SliceRandom as _;
    order.shuffle(random);
}

/// The record of the process with this number: two of the base, then two of the new side.
pub(super) fn seat(sitting: &mut Sitting, index: usize) -> &mut reports::Player {
    match index {
        0 => &mut sitting.base,
        1 => &mut sitting.control,
        2 => &mut sitting.new,
        _ => &mut sitting.twin,
    }
}

/// A failure with the side that it is of.
pub(super) fn named(index: usize, failed: Failed) -> Failed {
    let side = if index >= 2 {
        "the new side"
    } else {
        "the base"
    };
    Failed::new(failed.kind, format!("{side}: {}", failed.reason))
}

/// So many bytes, below `most`, by which a process's layout is moved.
pub(super) fn nudge(most: usize, random: &mut StdRng) -> usize {
    random.random_range(0..most)
}
