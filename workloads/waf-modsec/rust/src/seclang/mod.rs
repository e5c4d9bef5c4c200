//! From the text of a configuration to rules that are ready to run.
//!
//! The engine's own loader skips what it does not know and keeps rules that can
//! never match. Here every directive is read one by one, so that each complaint
//! names its file and line, and whatever the engine would not do as ModSecurity
//! does is refused.

mod actions;
mod chain;
mod lines;
mod load;
mod pattern;
mod place;
mod support;

pub use load::RuleSet;
pub use place::{Place, Refusal};
