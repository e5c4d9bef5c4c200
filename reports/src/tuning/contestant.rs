//! Contestants: choices in the race.

use super::factor::Choice;
use crate::recommendation::Quantity;
use crate::statistics::{Located, Series, located};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A part of the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchStage {
    /// One level alone against the default.
    Screen,
    /// What helped, together.
    Combine,
    /// Winners against the default, on held-out traffic.
    Confirm,
}

/// What became of a contestant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fate", rename_all = "snake_case")]
pub enum Fate {
    /// It is in the race still, or was when the search ended.
    Racing,
    /// The interval says that another is better on every objective.
    Worse,
    /// Its effect is settled, and others went on without it.
    Settled,
    /// The time was better spent on others; nothing says that it is worse.
    SetAside,
    /// It is made of the very bytes of another, and was not measured twice.
    SameBytes {
        /// The other.
        other: Choice,
    },
    /// It could not be built, was refused or behaved otherwise than the default.
    Failed {
        /// Why.
        reason: String,
    },
}

/// A choice in the race.
#[derive(Debug, Clone)]
pub struct Contestant {
    /// What it changes.
    pub choice: Choice,
    /// When it entered.
    pub stage: SearchStage,
    /// What became of it.
    pub fate: Fate,
    /// Whether it is the default a second time, as the A/A control.
    pub control: bool,
    /// Measured over the search's traffic.
    pub values: BTreeMap<Quantity, Series>,
    /// Measured over held-out traffic.
    pub held_out: BTreeMap<Quantity, Series>,
}

impl Contestant {
    pub(super) fn new(choice: Choice, stage: SearchStage) -> Self {
        Contestant {
            choice,
            stage,
            fate: Fate::Racing,
            control: false,
            values: BTreeMap::new(),
            held_out: BTreeMap::new(),
        }
    }

    /// Whether it is the default itself.
    pub fn is_default(&self) -> bool {
        self.choice.is_default() && !self.control
    }

    /// Whether anything was measured of it, and it did not fail.
    pub(super) fn has_values(&self) -> bool {
        !self.has_failed() && !self.values.is_empty()
    }

    /// Whether it failed.
    pub fn has_failed(&self) -> bool {
        matches!(self.fate, Fate::Failed { .. })
    }

    /// Its value over the search's traffic.
    pub fn value(&self, quantity: Quantity) -> Option<Located> {
        located(self.values.get(&quantity)?, 0.95, 0)
    }
}
