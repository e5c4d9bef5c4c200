//! The plan of a comparison: fixed before the first value is seen.

use crate::statistics::Spending;
use serde::{Deserialize, Serialize};

/// How much is measured, and when it is looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SamplePlan {
    /// Blocks after which the values are looked at, growing; the last is the
    /// most that is measured.
    pub looks: Vec<u32>,
    /// Blocks of the confirmation of a "slower".
    pub confirmation: u32,
    /// Rounds in a sitting: slices of each process.
    pub rounds: u32,
    /// Overall two-sided error of a figure's intervals, over all looks.
    pub alpha: f64,
}

impl Default for SamplePlan {
    /// Looks after 16, 32 and 48 blocks, a confirmation of 16, 95 % intervals.
    fn default() -> Self {
        SamplePlan {
            looks: vec![16, 32, 48],
            confirmation: 16,
            rounds: 8,
            alpha: 0.05,
        }
    }
}

impl SamplePlan {
    /// The most blocks before a confirmation.
    pub fn most(&self) -> u32 {
        self.looks.last().copied().unwrap_or(0)
    }

    /// What each look may spend.
    pub fn spending(&self) -> Spending {
        let all = f64::from(self.most().max(1));
        let shares: Vec<f64> = self.looks.iter().map(|n| f64::from(*n) / all).collect();
        Spending::new(self.alpha, &shares)
    }
}
