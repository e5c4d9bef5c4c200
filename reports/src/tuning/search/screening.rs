//! Screening: every level by itself against the default.

use super::SCREEN_SHARE;
use super::stages::{CONTROL, Search};
use crate::tuning::compare::Standing;
use crate::tuning::contestant::Fate;

/// Blocks after which levels are looked at and what is settled leaves.
const SCREEN_LOOKS: [u32; 3] = [6, 12, 20];

impl Search {
    /// Whether the screening is over; takes out what is settled where a look is due.
    pub(super) fn screened(&mut self, spent: f64) -> bool {
        let due = SCREEN_LOOKS.contains(&self.in_stage);
        if due {
            for index in CONTROL + 1..self.contestants.len() {
                let settled = self.objectives.iter().all(|objective| {
                    self.against_default(index, *objective)
                        .is_some_and(|against| against.standing != Standing::Unsure)
                });
                if settled && self.contestants[index].fate == Fate::Racing {
                    let worse = self.objectives.iter().all(|objective| {
                        self.against_default(index, *objective)
                            .is_some_and(|against| against.standing == Standing::Worse)
                    });
                    self.contestants[index].fate = match worse {
                        true => Fate::Worse,
                        false => Fate::Settled,
                    };
                }
            }
        }
        let unsettled = self
            .contestants
            .iter()
            .skip(CONTROL + 1)
            .any(|one| one.fate == Fate::Racing);
        let last = SCREEN_LOOKS
            .last()
            .is_none_or(|last| self.in_stage >= *last);
        let enough = self.in_stage >= SCREEN_LOOKS[0] && spent >= SCREEN_SHARE;
        last || !unsettled || enough || spent >= 1.0
    }
}
