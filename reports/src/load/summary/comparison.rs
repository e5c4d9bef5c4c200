//! A row beside another one.

use crate::statistics::{
    PairedDifference, PairedRatio, Policy, Series, Word, paired_difference, paired_ratio,
};
use serde::Serialize;

/// A cost of a row beside that of another one, paired within blocks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LoadComparison {
    /// The ratio; below 1 is cheaper.
    pub ratio: PairedRatio,
    /// The difference, in microseconds.
    pub difference: PairedDifference,
    /// The word for it.
    pub word: Word,
}

impl LoadComparison {
    /// Compares `value` with `baseline`; `None` when no block has both.
    pub(super) fn new(
        value: &Series,
        baseline: &Series,
        trusted: bool,
        policy: &Policy,
        seed: u64,
    ) -> Option<LoadComparison> {
        let ratio = paired_ratio(value, baseline, policy.level, policy.band, seed)?;
        Some(LoadComparison {
            difference: paired_difference(value, baseline, policy.level, seed)?,
            word: policy.word(&ratio, ratio.p, trusted),
            ratio,
        })
    }
}
