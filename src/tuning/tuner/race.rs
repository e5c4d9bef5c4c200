//! One runtime's part of the campaign.

use std::collections::BTreeMap;
use std::time::Instant;

use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use reports::{Factor, Search, Spent, Traffic};
use runtimes::RuntimeEntry;

use super::timetable::Timetable;
use crate::tuning::knobs::Opening;
use crate::tuning::materials::Part;
use crate::tuning::measuring::Ready;

/// One runtime's part of the campaign.
pub(super) struct Race {
    pub(super) entry: &'static RuntimeEntry,
    pub(super) factors: Vec<Factor>,
    pub(super) search: Search,
    pub(super) ready: BTreeMap<(usize, bool), Ready>,
    /// What was prepared, by module and opening, with the choice it was prepared for.
    pub(super) seen: Vec<(String, Opening, usize)>,
    pub(super) strikes: BTreeMap<usize, u32>,
    pub(super) written: Vec<bool>,
    pub(super) order: Vec<usize>,
    pub(super) random: StdRng,
    pub(super) begin: Instant,
    pub(super) timetable: Timetable,
}

impl Race {
    pub(super) fn spent(&self) -> Spent {
        self.timetable.spent(self.begin.elapsed())
    }

    /// Whether no further check or trial would end in time and leave so many trials theirs.
    pub(super) fn is_late(&self, traffic: Traffic, waiting: usize) -> bool {
        self.timetable
            .is_late(self.begin.elapsed(), traffic, waiting)
    }

    /// When what is done over this traffic must have ended.
    pub(super) fn until(&self, traffic: Traffic) -> Instant {
        self.begin + self.timetable.end(traffic)
    }

    pub(super) fn label(&self, index: usize) -> String {
        let one = &self.search.contestants()[index];
        let stage = format!("{:?}", self.search.stage()).to_lowercase();
        let name = match one.control {
            true => "default, again".to_owned(),
            false => one.choice.to_string(),
        };
        format!("{} {stage}: {name}", self.entry.id)
    }

    /// Odd blocks are shuffled, even ones go backwards, so that what drifts falls on all alike.
    pub(super) fn order(&mut self, block: u32, contestants: &[usize], part: Part) -> Vec<usize> {
        let known = |index: &usize| contestants.contains(index);
        let same = self.order.iter().filter(|index| known(index)).count() == contestants.len();
        if block.is_multiple_of(2) && same {
            self.order.retain(|index| known(index));
            self.order.reverse();
        } else {
            self.order = contestants.to_vec();
            self.order.shuffle(&mut self.random);
        }
        // Without the default's values nothing has a ratio, should the time end this block early.
        let unmeasured = |index: usize| match part {
            Part::Search => self.search.contestants()[index].values.is_empty(),
            Part::HeldOut => self.search.contestants()[index].held_out.is_empty(),
        };
        if let Some(at) = self.order.iter().position(|index| *index == 0)
            && unmeasured(0)
        {
            self.order.swap(0, at);
        }
        let ready = |index: &&usize| self.ready.contains_key(&key(**index, part));
        self.order.iter().filter(ready).copied().collect()
    }
}

/// Where a contestant that is ready is found.
pub(super) fn key(index: usize, part: Part) -> (usize, bool) {
    (index, part == Part::HeldOut)
}
