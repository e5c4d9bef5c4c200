//! The search as a whole, stage by stage.

use std::collections::BTreeMap;

use super::step::{Spent, Step, Traffic};
use crate::recommendation::Quantity;
use crate::tuning::compare::{Against, FEWEST, compare};
use crate::tuning::contestant::{Contestant, Fate, SearchStage};
use crate::tuning::factor::{Choice, Factor};
use crate::tuning::front::front;
use crate::tuning::worth::{Worth, worths};

/// A racing search over factors.
#[derive(Debug)]
pub struct Search {
    pub(super) factors: Vec<Factor>,
    pub(super) objectives: Vec<Quantity>,
    pub(super) contestants: Vec<Contestant>,
    pub(super) stage: SearchStage,
    /// Blocks begun in all, over the search's traffic.
    pub(super) block: u32,
    /// Blocks begun in this stage.
    pub(super) in_stage: u32,
    pub(super) winners: BTreeMap<Quantity, usize>,
    pub(super) seed: u64,
}

/// Index of the default.
pub(super) const DEFAULT: usize = 0;
/// Index of the default's A/A control.
pub(super) const CONTROL: usize = 1;

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

    /// What is to be measured next, when the time stands so.
    pub fn next(&mut self, spent: Spent) -> Step {
        if self.contestants[DEFAULT].has_failed() {
            return Step::Done;
        }
        if self.stage == SearchStage::Screen && self.screened(spent.search) {
            self.combine();
        }
        if self.stage == SearchStage::Combine && self.combined(spent.search) {
            self.choose();
        }
        if self.stage == SearchStage::Confirm && self.confirmed(spent.over) {
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

    /// Takes a contestant out for which there was no time.
    pub fn leave_out(&mut self, contestant: usize) {
        self.contestants[contestant].fate = Fate::SetAside;
    }

    /// Whether the time did not suffice for anything to be said against the default.
    pub fn is_cut_short(&self) -> bool {
        self.block < FEWEST as u32
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

    pub(super) fn racing(&self) -> Vec<usize> {
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

    pub(super) fn against(&self, one: usize, other: usize, quantity: Quantity) -> Option<Against> {
        compare(
            self.contestants[one].values.get(&quantity)?,
            self.contestants[other].values.get(&quantity)?,
            self.seed,
        )
    }

    pub(super) fn is_only_told(&self, choice: &Choice) -> bool {
        let told = |factor: &&Factor| factor.only_told && choice.level(&factor.name).is_some();
        self.factors.iter().find(told).is_some()
    }
}
