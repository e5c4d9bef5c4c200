//! Which runtimes meet a person's needs, why the others do not, and how sure that is.
//!
//! Needs are limits on what was measured, features that were tried, and facts that
//! engines' own sources state. A limit is met when the whole interval lies within it,
//! missed when the whole interval lies outside, and else nobody can be sure.

mod document;
mod judge;
mod need;
mod needs_file;
mod quantity;
mod values;

pub use judge::{Candidate, Feature, Finding, Knowledge, Met, Recommendation, Standing};
pub use need::{Need, NeedError, Needs};
pub use quantity::{Counted, ENOUGH_FOR_P999, Quantity};
pub use values::{RuntimeValues, values_of};
