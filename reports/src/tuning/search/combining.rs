//! Combining: what helped alone is put together.

use super::stages::{CONTROL, Search};
use crate::recommendation::Quantity;
use crate::tuning::compare::Standing;
use crate::tuning::contestant::{Contestant, Fate, SearchStage};
use crate::tuning::factor::Choice;

/// The most combinations that race.
const MOST_COMBINATIONS: usize = 12;
/// Without a level that surely helps, so many that seem to are put together.
const PROMISING: usize = 3;

impl Search {
    /// Puts together what helped and lets it race.
    pub(super) fn combine(&mut self) {
        (self.stage, self.in_stage) = (SearchStage::Combine, 0);
        for one in &mut self.contestants[CONTROL + 1..] {
            if one.fate == Fate::Racing {
                one.fate = match one.has_values() {
                    true => Fate::Settled,
                    false => Fate::SetAside,
                };
            }
        }
        let mut wanted: Vec<Choice> = Vec::new();
        for objective in self.objectives.clone() {
            for choice in self.combinations(objective) {
                if !wanted.contains(&choice) {
                    wanted.push(choice);
                }
            }
        }
        wanted.truncate(MOST_COMBINATIONS);
        for choice in wanted {
            let known = self
                .contestants
                .iter()
                .position(|one| one.choice == choice && !one.control);
            match known {
                // What raced alone goes on racing.
                Some(index) if self.contestants[index].has_values() => {
                    self.contestants[index].fate = Fate::Racing;
                }
                Some(_) => {}
                None => self
                    .contestants
                    .push(Contestant::new(choice, SearchStage::Combine)),
            }
        }
    }

    /// All that helped; the same with one factor back at its default, or with its second
    /// best level; and the best levels alone.
    fn combinations(&self, objective: Quantity) -> Vec<Choice> {
        let levels = self.helpful(objective);
        let Some(((first, level, _), rest)) = levels.split_first() else {
            return Vec::new();
        };
        let mut best: Choice = Choice::single(first, level);
        let mut seconds: Vec<(&String, &String)> = Vec::new();
        for (factor, level, _) in rest {
            match best.level(factor) {
                None => best = best.with(factor, level),
                Some(_) => seconds.push((factor, level)),
            }
        }
        let mut all = vec![best.clone()];
        if best.0.len() > 1 {
            all.push(Choice::single(first, level));
            // The least helpful is the likeliest to be superfluous.
            let factors: Vec<&String> = levels.iter().map(|(factor, ..)| factor).collect();
            let mut dropped: Vec<&String> = Vec::new();
            for factor in factors.into_iter().rev() {
                if !dropped.contains(&factor) {
                    dropped.push(factor);
                    all.push(best.clone().without(factor));
                }
            }
        }
        for (factor, level) in seconds.into_iter().take(PROMISING) {
            all.push(best.clone().with(factor, level));
        }
        all.retain(|choice| !choice.is_default());
        all
    }

    /// Levels that surely help an objective, the best first; without any, the few that seem to.
    fn helpful(&self, objective: Quantity) -> Vec<(String, String, f64)> {
        let mut sure = Vec::new();
        let mut seeming = Vec::new();
        for (index, one) in self.contestants.iter().enumerate().skip(CONTROL + 1) {
            let single = one.choice.0.len() == 1 && one.stage == SearchStage::Screen;
            if !single || one.has_failed() || self.is_only_told(&one.choice) {
                continue;
            }
            let Some(against) = self.against_default(index, objective) else {
                continue;
            };
            for (factor, level) in &one.choice.0 {
                let row = (factor.clone(), level.clone(), against.ratio);
                match against.standing {
                    Standing::Better => sure.push(row),
                    Standing::Unsure if against.ratio < 1.0 => seeming.push(row),
                    _ => {}
                }
            }
        }
        let by_ratio = |rows: &mut Vec<(String, String, f64)>| {
            rows.sort_by(|a, b| a.2.total_cmp(&b.2));
        };
        by_ratio(&mut sure);
        by_ratio(&mut seeming);
        if sure.is_empty() {
            seeming.truncate(PROMISING);
            return seeming;
        }
        sure
    }
}
