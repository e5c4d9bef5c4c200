//! The search: what to measure next.

use super::compare::{Against, FEWEST, Standing, compare};
use super::contestant::{Contestant, Fate, SearchStage};
use super::factor::{Choice, Factor};
use super::front::front;
use super::worth::{Worth, worths};
use crate::recommendation::Quantity;
use crate::statistics::{Policy, Word, paired_ratio};
use std::collections::BTreeMap;

/// Blocks after which levels are looked at and what is settled leaves.
const SCREEN_LOOKS: [u32; 3] = [6, 12, 20];
/// Blocks between looks at combinations, and the most of them.
const COMBINE_RUNG: u32 = 6;
const COMBINE_RUNGS: u32 = 3;
/// Blocks of the confirmation: with time, and at least.
const CONFIRM_BLOCKS: u32 = 12;
const CONFIRM_FEWEST: u32 = 6;
/// Shares of the time after which a stage ends.
const SCREEN_SHARE: f64 = 0.5;
const COMBINE_SHARE: f64 = 0.8;
/// The most combinations that race.
const MOST_COMBINATIONS: usize = 12;
/// Without a level that surely helps, so many that seem to are put together.
const PROMISING: usize = 3;
/// A choice within this share of the best may win by changing less.
const SIMPLER: f64 = 0.01;

/// Which exchanges are carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    /// Those of the search.
    Search,
    /// Those kept for the confirmation.
    HeldOut,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Measure each of these contestants once.
    Measure {
        /// The block.
        block: u32,
        /// Indices into [`Search::contestants`].
        contestants: Vec<usize>,
        /// Over which exchanges.
        traffic: Traffic,
    },
    /// Nothing more.
    Done,
}

/// A racing search over factors.
#[derive(Debug)]
pub struct Search {
    factors: Vec<Factor>,
    objectives: Vec<Quantity>,
    contestants: Vec<Contestant>,
    stage: SearchStage,
    /// Blocks begun in all, over the search's traffic.
    block: u32,
    /// Blocks begun in this stage.
    in_stage: u32,
    winners: BTreeMap<Quantity, usize>,
    seed: u64,
}

const DEFAULT: usize = 0;
const CONTROL: usize = 1;

impl Search {
    /// A search for the least of each of `objectives`, of which there must be one.
    pub fn new(factors: Vec<Factor>, objectives: Vec<Quantity>, seed: u64) -> Search {
        let mut control = Contestant::new(Choice::default(), SearchStage::Screen);
        control.control = true;
        let mut contestants = vec![
            Contestant::new(Choice::default(), SearchStage::Screen),
            control,
        ];
        for factor in &factors {
            for level in &factor.levels {
                let choice = Choice::single(&factor.name, level);
                contestants.push(Contestant::new(choice, SearchStage::Screen));
            }
        }
        Search {
            factors,
            objectives,
            contestants,
            stage: SearchStage::Screen,
            block: 0,
            in_stage: 0,
            winners: BTreeMap::new(),
            seed,
        }
    }

    /// Everything that raced; the first is the default, the second its A/A control.
    pub fn contestants(&self) -> &[Contestant] {
        &self.contestants
    }

    /// The stage.
    pub fn stage(&self) -> SearchStage {
        self.stage
    }

    /// The objectives.
    pub fn objectives(&self) -> &[Quantity] {
        &self.objectives
    }

    /// What is to be measured next, when `spent` is the share of the time that has passed.
    pub fn next(&mut self, spent: f64) -> Step {
        if self.contestants[DEFAULT].has_failed() {
            return Step::Done;
        }
        if self.stage == SearchStage::Screen && self.screened(spent) {
            self.combine();
        }
        if self.stage == SearchStage::Combine && self.combined(spent) {
            self.choose();
        }
        if self.stage == SearchStage::Confirm && self.confirmed(spent) {
            return Step::Done;
        }
        self.in_stage += 1;
        let traffic = match self.stage {
            SearchStage::Confirm => Traffic::HeldOut,
            _ => {
                self.block += 1;
                Traffic::Search
            }
        };
        let block = match traffic {
            Traffic::Search => self.block,
            Traffic::HeldOut => self.in_stage,
        };
        Step::Measure {
            block,
            contestants: self.racing(),
            traffic,
        }
    }

    /// Takes note of one measurement.
    pub fn record(
        &mut self,
        contestant: usize,
        block: u32,
        traffic: Traffic,
        values: &BTreeMap<Quantity, f64>,
    ) {
        let one = &mut self.contestants[contestant];
        let kept = match traffic {
            Traffic::Search => &mut one.values,
            Traffic::HeldOut => &mut one.held_out,
        };
        for (quantity, value) in values {
            kept.entry(*quantity).or_default().insert(block, *value);
        }
    }

    /// Takes a contestant out that could not be built, was refused or behaved otherwise.
    pub fn fail(&mut self, contestant: usize, reason: String) {
        self.contestants[contestant].fate = Fate::Failed { reason };
    }

    /// Takes a contestant out whose module and knobs are those of another, to the byte.
    pub fn same_bytes(&mut self, contestant: usize, other: Choice) {
        self.contestants[contestant].fate = Fate::SameBytes { other };
    }

    /// What each level is worth by itself, for each of `quantities`.
    pub fn worths(&self, quantities: &[Quantity]) -> Vec<Worth> {
        worths(&self.factors, &self.contestants, quantities, self.seed)
    }

    /// The winner of each objective. Known once the confirmation has begun.
    pub fn winners(&self) -> &BTreeMap<Quantity, usize> {
        &self.winners
    }

    /// Which contestants are on the Pareto front of `quantities`: what failed, is measured
    /// for information only, or was measured in fewer than two blocks, takes no part.
    pub fn front(&self, quantities: &[Quantity]) -> Vec<usize> {
        let point = |one: &Contestant| -> Option<Vec<f64>> {
            let told = one.control || one.has_failed() || self.is_only_told(&one.choice);
            if told {
                return None;
            }
            let value = |quantity: &Quantity| one.value(*quantity).filter(|value| value.n >= 2);
            quantities
                .iter()
                .map(|quantity| Some(value(quantity)?.median))
                .collect()
        };
        let (indices, points): (Vec<usize>, Vec<Vec<f64>>) = self
            .contestants
            .iter()
            .enumerate()
            .filter_map(|(index, one)| Some((index, point(one)?)))
            .unzip();
        let on = front(&points);
        indices
            .into_iter()
            .zip(on)
            .filter_map(|(index, on)| on.then_some(index))
            .collect()
    }

    /// A contestant against the default over the search's traffic.
    pub fn against_default(&self, contestant: usize, quantity: Quantity) -> Option<Against> {
        self.against(contestant, DEFAULT, quantity)
    }

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
            band: super::compare::BAND,
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

    fn racing(&self) -> Vec<usize> {
        let takes_part = |(index, one): &(usize, &Contestant)| match self.stage {
            SearchStage::Confirm => {
                !one.has_failed()
                    && (*index <= CONTROL || self.winners.values().any(|winner| winner == index))
            }
            _ => one.fate == Fate::Racing,
        };
        let racing = self.contestants.iter().enumerate().filter(takes_part);
        racing.map(|(index, _)| index).collect()
    }

    fn against(&self, one: usize, other: usize, quantity: Quantity) -> Option<Against> {
        compare(
            self.contestants[one].values.get(&quantity)?,
            self.contestants[other].values.get(&quantity)?,
            self.seed,
        )
    }

    fn is_only_told(&self, choice: &Choice) -> bool {
        let told = |factor: &&Factor| factor.only_told && choice.level(&factor.name).is_some();
        self.factors.iter().find(told).is_some()
    }

    // ---- screening

    /// Whether the screening is over; takes out what is settled where a look is due.
    fn screened(&mut self, spent: f64) -> bool {
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
        last || !unsettled || enough || spent >= COMBINE_SHARE
    }

    // ---- combining

    /// Puts together what helped and lets it race.
    fn combine(&mut self) {
        (self.stage, self.in_stage) = (SearchStage::Combine, 0);
        for one in &mut self.contestants[CONTROL + 1..] {
            if one.fate == Fate::Racing {
                one.fate = Fate::Settled;
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

    /// Whether the race of combinations is over; takes out the worse where a look is due.
    fn combined(&mut self, spent: f64) -> bool {
        if self.in_stage > 0 && self.in_stage.is_multiple_of(COMBINE_RUNG) {
            self.drop_worse();
            if spent >= f64::midpoint(SCREEN_SHARE, COMBINE_SHARE) {
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
        rivals == 0 || (rivals == 1 && enough) || last || spent >= COMBINE_SHARE
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

    // ---- confirming

    /// Chooses a winner for each objective.
    fn choose(&mut self) {
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

    fn confirmed(&self, spent: f64) -> bool {
        let nothing = self.winners.is_empty();
        let enough = self.in_stage >= CONFIRM_FEWEST.max(FEWEST as u32);
        nothing || self.in_stage >= CONFIRM_BLOCKS || (enough && spent >= 1.0)
    }
}
