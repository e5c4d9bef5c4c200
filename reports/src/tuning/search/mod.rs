//! The search: what to measure next.

mod combining;
mod confirming;
mod race;
mod screening;
mod stages;
mod step;

pub use stages::Search;
pub use step::{Step, Traffic};

/// Shares of the time after which a stage ends.
const SCREEN_SHARE: f64 = 0.5;
const COMBINE_SHARE: f64 = 0.8;
