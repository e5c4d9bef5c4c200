//! Confirming: winners against the default, over traffic that took no part in the search.

use super::stages::{CONTROL, DEFAULT, Search};
use crate::recommendation::Quantity;
use crate::statistics::{Policy, Word, paired_ratio};
use crate::tuning::compare::{Against, BAND, FEWEST, compare};
use crate::tuning::contestant::SearchStage;

/// Blocks of the confirmation, with time.
const CONFIRM_BLOCKS: u32 = 12;
/// A choice within this share of the best may win by changing less.
const SIMPLER: f64 = 0.01;

impl Search {
    /// Blocks that a confirmation needs at least.
    pub const FEWEST_CONFIRMING: u32 = FEWEST as u32;

    /// A winner against the default over held-out traffic, with the word that may be said
    /// and whether the A/A control held.
    pub fn confirmation(
        &self,
        contestant: usize,
        quantity: Quantity,
    ) -> Option<(Against, Word, bool)> {
        let base = self.contestants[DEFAULT].held_out.get(&quantity)?;
        let value = self.contestants[contestant].held_out.get(&quantity)?;
        let policy = Policy {
            band: BAND,
            ..Policy::default()
        };
        let ratio = paired_ratio(value, base, policy.level, policy.band, self.seed)?;
        let against = compare(value, base, self.seed)?;
        let against = Against {
            low: ratio.interval.low,
            high: ratio.interval.high,
            ..against
        };
        // What never varies is its own control.
        let exact = ratio.n >= 2 && ratio.interval.high - ratio.interval.low < 1e-12;
        let trusted = exact || self.control_held(quantity, &policy);
        let family = self.winners.len().max(1) as f64;
        let word = match exact {
            true if ratio.interval.within(policy.band) => Word::Same,
            true if ratio.estimate < 1.0 => Word::Faster,
            true => Word::Slower,
            false => policy.word(&ratio, (ratio.p * family).min(1.0), trusted),
        };
        Some((against, word, trusted))
    }

    fn control_held(&self, quantity: Quantity, policy: &Policy) -> bool {
        let base = self.contestants[DEFAULT].held_out.get(&quantity);
        let control = self.contestants[CONTROL].held_out.get(&quantity);
        let (Some(base), Some(control)) = (base, control) else {
            return false;
        };
        paired_ratio(control, base, policy.level, policy.band, self.seed).is_some_and(|ratio| {
            ratio.interval.contains(1.0) || ratio.interval.within(policy.control_band)
        })
    }

    /// Chooses a winner for each objective.
    pub(super) fn choose(&mut self) {
        for objective in self.objectives.clone() {
            let ranked: Vec<(usize, f64)> = self
                .racing()
                .into_iter()
                .filter(|index| *index > CONTROL)
                .filter_map(|index| {
                    let against = self.against_default(index, objective)?;
                    Some((index, against.ratio))
                })
                .collect();
            let Some(least) = ranked
                .iter()
                .map(|(_, ratio)| *ratio)
                .min_by(f64::total_cmp)
            else {
                continue;
            };
            let simplest = ranked
                .iter()
                .filter(|(_, ratio)| *ratio <= least * (1.0 + SIMPLER))
                .min_by(|a, b| {
                    let changes = |index: usize| self.contestants[index].choice.0.len();
                    changes(a.0).cmp(&changes(b.0)).then(a.1.total_cmp(&b.1))
                });
            if let Some((index, ratio)) = simplest
                && *ratio < 1.0
            {
                self.winners.insert(objective, *index);
            }
        }
        (self.stage, self.in_stage) = (SearchStage::Confirm, 0);
    }

    pub(super) fn confirmed(&self, over: bool) -> bool {
        self.winners.is_empty() || self.in_stage >= CONFIRM_BLOCKS || over
    }
}
