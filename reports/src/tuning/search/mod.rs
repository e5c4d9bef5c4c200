//! The search: what to measure next.

mod combining;
mod confirming;
mod race;
mod screening;
mod stages;
mod step;

pub use stages::Search;
pub use step::{Spent, Step, Traffic};

/// Share of the search's time after which the screening ends.
const SCREEN_SHARE: f64 = 0.6;
