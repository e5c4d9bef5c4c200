//! What may be concluded from the trials.
//!
//! One trial is one sample. Ratios are paired within blocks, so that whatever
//! slowed the machine during a block slowed both sides of the ratio. See
//! [`paired_ratio`] for the estimate, [`Policy`] for the rule that turns it
//! into one of four [`Word`]s, [`Control`] for the A/A check that every
//! verdict stands on, [`rank`] for many runtimes at once and
//! [`break_even`] for start-up against steady cost.

mod absolute;
mod bootstrap;
mod break_even;
mod change_points;
mod control;
mod criterion_rule;
mod difference;
mod estimate;
mod holm;
mod ranking;
mod ratio;
mod series;
mod sign;
mod signed_rank;
mod spending;
mod trimmed;
mod unpaired;
mod verdict;
mod welch;
mod wilson;

pub use absolute::{Located, located};
pub use break_even::{BreakEven, Course, Stretch, break_even, fastest_stretches};
pub use change_points::{ChangePoint, change_points};
pub use control::Control;
pub use criterion_rule::criterion_word;
pub use difference::{PairedDifference, paired_difference};
pub use estimate::{Estimate, estimate};
pub use holm::holm;
pub use ranking::{Contender, Place, rank};
pub use ratio::{Interval, PairedRatio, exact_ratio, log_ratio, paired_ratio};
pub use series::{Series, geometric_mean, median};
pub use sign::constant_ratio;
pub use spending::Spending;
pub use unpaired::unpaired_ratio;
pub use verdict::{Policy, Word};
pub use welch::welch;
pub use wilson::wilson;

/// The arithmetic mean of values that are not empty.
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
