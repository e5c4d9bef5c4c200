//! The race of the combinations.

use super::SCREEN_SHARE;
use super::stages::{CONTROL, Search};
use crate::recommendation::Quantity;
use crate::tuning::compare::Standing;
use crate::tuning::contestant::Fate;

/// Blocks between looks at combinations, and the most of them.
const COMBINE_RUNG: u32 = 6;
const COMBINE_RUNGS: u32 = 3;

impl Search {
    /// Whether the race of combinations is over; takes out the worse where a look is due.
    pub(super) fn combined(&mut self, spent: f64) -> bool {
        if self.in_stage > 0 && self.in_stage.is_multiple_of(COMBINE_RUNG) {
            self.drop_worse();
            if spent >= f64::midpoint(SCREEN_SHARE, 1.0) {
                self.set_aside();
            }
        }
        let rivals = self
            .racing()
            .iter()
            .filter(|index| **index > CONTROL)
            .count();
        let enough = self.in_stage >= COMBINE_RUNG;
        let last = self.in_stage >= COMBINE_RUNG * COMBINE_RUNGS;
        rivals == 0 || (rivals == 1 && enough) || last || spent >= 1.0
    }

    /// Takes out what is surely worse than the leader on every objective.
    fn drop_worse(&mut self) {
        let leaders: Vec<(Quantity, usize)> = self
            .objectives
            .iter()
            .filter_map(|objective| Some((*objective, self.leader(*objective)?)))
            .collect();
        for index in self.racing() {
            if index <= CONTROL || leaders.is_empty() {
                continue;
            }
            let worse = leaders.iter().all(|(objective, leader)| {
                self.against(index, *leader, *objective)
                    .is_some_and(|against| against.standing == Standing::Worse)
            });
            if worse {
                self.contestants[index].fate = Fate::Worse;
            }
        }
    }

    /// With little time left the better half goes on alone.
    fn set_aside(&mut self) {
        let mut kept: Vec<usize> = Vec::new();
        for objective in self.objectives.clone() {
            let mut ranked: Vec<(usize, f64)> = self
                .racing()
                .into_iter()
                .filter(|index| *index > CONTROL)
                .filter_map(|index| Some((index, self.against_default(index, objective)?.ratio)))
                .collect();
            ranked.sort_by(|a, b| a.1.total_cmp(&b.1));
            let half = ranked.len().div_ceil(2);
            kept.extend(ranked.into_iter().take(half).map(|(index, _)| index));
        }
        for index in self.racing() {
            if index > CONTROL && !kept.contains(&index) {
                self.contestants[index].fate = Fate::SetAside;
            }
        }
    }

    /// The contestant in the race with the least ratio to the default.
    fn leader(&self, objective: Quantity) -> Option<usize> {
        self.racing()
            .into_iter()
            .filter(|index| *index != CONTROL)
            .filter_map(|index| Some((index, self.against_default(index, objective)?.ratio)))
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(index, _)| index)
    }
}
